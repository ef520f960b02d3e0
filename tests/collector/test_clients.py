"""Real clients: OpenTelemetry's SDKs for Python and JavaScript, over every protocol that they speak."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.exporter.otlp.common.http import Compression as JsonCompression
from opentelemetry.exporter.otlp.json.http.trace_exporter import OTLPSpanExporter as JsonExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as ProtobufExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode

from tests.collector.conftest import Sender
from tests.javascript import run_script

RESOURCE = Resource.create({"service.name": "storefront"})
POSTED = {"business.step": "invoice.posted", "business.entity.invoice": "INV-1"}
VALUES: dict[str, Any] = {
    "empty": "",
    "zero": 0,
    "no": False,
    "negative": -5,
    "large": 2**53 - 1,
    "half": 0.5,
    "texts": ["a", "b"],
    "numbers": [1, 2],
}
AS_TEXT = {
    "empty": "",
    "zero": "0",
    "no": "false",
    "negative": "-5",
    "large": "9007199254740991",
    "half": "0.5",
    "texts": '["a","b"]',
    "numbers": "[1,2]",
}
KINDS = {
    "zero": "int",
    "no": "bool",
    "negative": "int",
    "large": "int",
    "half": "double",
    "texts": "list",
    "numbers": "json",
}

Exporter = Callable[[Sender], SpanExporter]


def _headers(sender: Sender) -> dict[str, str]:
    return {"authorization": f"Bearer {sender.token}"}


def _protobuf(compression: Compression) -> Exporter:
    return lambda sender: ProtobufExporter(sender.url + "/v1/traces", headers=_headers(sender), compression=compression)


def _json(compression: JsonCompression) -> Exporter:
    return lambda sender: JsonExporter(
        endpoint=sender.url + "/v1/traces", headers=_headers(sender), compression=compression
    )


def _grpc(compression: grpc.Compression) -> Exporter:
    return lambda sender: GrpcExporter(
        sender.grpc, insecure=True, headers=tuple(_headers(sender).items()), compression=compression
    )


PYTHON = {
    "protobuf": _protobuf(Compression.NoCompression),
    "protobuf, gzip": _protobuf(Compression.Gzip),
    "protobuf, deflate": _protobuf(Compression.Deflate),
    "json": _json(JsonCompression.NONE),
    "json, gzip": _json(JsonCompression.GZIP),
    "grpc": _grpc(grpc.Compression.NoCompression),
    "grpc, gzip": _grpc(grpc.Compression.Gzip),
}


@pytest.mark.parametrize("exporter", PYTHON.values(), ids=PYTHON.keys())
def test_python(sender: Sender, exporter: Exporter) -> None:
    provider = TracerProvider(resource=RESOURCE)
    provider.add_span_processor(BatchSpanProcessor(exporter(sender)))
    tracer = provider.get_tracer("storefront", "1.0")
    with tracer.start_as_current_span("post invoice", kind=SpanKind.CLIENT, attributes=POSTED) as span:
        span.set_attributes({"business.amount": "48200.00", "business.currency": "EUR"} | VALUES)
        span.add_event("refused", {"code": 423})
        span.set_status(Status(StatusCode.ERROR, "period closed"))
    provider.shutdown()
    _check_span(sender)


def test_python_in_many_batches(sender: Sender) -> None:
    provider = TracerProvider(resource=RESOURCE)
    provider.add_span_processor(BatchSpanProcessor(PYTHON["protobuf"](sender), max_export_batch_size=20))
    tracer = provider.get_tracer("storefront")
    for number in range(100):
        with tracer.start_as_current_span(f"span {number}", attributes={"business.entity.lead": f"L-{number}"}):
            pass
    provider.shutdown()
    leads = [row["Lead"] for row in sender.rows("EntityIds[1] AS Lead")]
    assert sorted(leads) == sorted(f"L-{number}" for number in range(100))


def test_python_events_in_logs(sender: Sender) -> None:
    provider = LoggerProvider(resource=RESOURCE)
    exporter = OTLPLogExporter(sender.url + "/v1/logs", headers=_headers(sender))
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    provider.get_logger("storefront").emit(event_name="invoice.posted", attributes=POSTED, body="posted")
    provider.shutdown()
    _check_event(sender)


@pytest.mark.parametrize("compression", ["none", "gzip"])
@pytest.mark.parametrize("protocol", ["http/protobuf", "http/json", "grpc"])
def test_javascript(sender: Sender, protocol: str, compression: str) -> None:
    endpoint = f"http://{sender.grpc}" if protocol == "grpc" else sender.url
    _javascript(protocol, endpoint, sender.token, compression)
    _check_span(sender)


def test_javascript_events_in_logs(sender: Sender) -> None:
    _javascript("logs", sender.url, sender.token)
    _check_event(sender)


def _javascript(*arguments: str) -> None:
    run_script(Path(__file__).parent / "javascript" / "send.mjs", *arguments)


def _check_span(sender: Sender) -> None:
    row = sender.row("*, toString(Amount) AS Money")
    assert (row["ServiceName"], row["ScopeName"], row["ScopeVersion"]) == ("storefront", "storefront", "1.0")
    assert (row["SpanName"], row["SpanKind"]) == ("post invoice", "Client")
    assert (row["StatusCode"], row["StatusMessage"]) == ("Error", "period closed")
    assert (row["Step"], row["EntityIds"], row["Outcome"]) == ("invoice.posted", ["INV-1"], "failure")
    assert (row["Money"], row["Currency"], row["Problems"]) == ("48200", "EUR", [])
    assert {key: row["SpanAttributes"][key] for key in AS_TEXT} == AS_TEXT
    assert row["SpanAttributeKinds"] == KINDS
    assert (row["Events.Name"], row["Events.Attributes"]) == (["refused"], [{"code": "423"}])
    assert row["Events.AttributeKinds"] == [{"code": "int"}]


def _check_event(sender: Sender) -> None:
    row = sender.row()
    assert (row["SpanName"], row["Step"], row["EntityIds"]) == ("invoice.posted", "invoice.posted", ["INV-1"])
    assert (row["ServiceName"], row["SpanAttributes"]["log.body"], row["Problems"]) == ("storefront", "posted", [])
