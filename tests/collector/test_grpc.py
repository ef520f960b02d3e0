"""OTLP/gRPC: raw bytes over a real channel, and the statuses that make clients retry or give up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spanledger_collector import Collector
from spanledger_store import Store
from tests.collector.conftest import Sender
from tests.collector.making import request, span

TRACES = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
METRICS = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"
Export = Callable[..., bytes]


@pytest.fixture
def export(sender: Sender) -> Iterator[Export]:
    """Calls a method of the shared collector with raw bytes."""
    with grpc.insecure_channel(sender.grpc) as channel:

        def call(body: bytes, method: str = TRACES, token: str = sender.token, **options: Any) -> bytes:
            metadata = (("authorization", f"Bearer {token}"),) if token else ()
            return called(channel, method, body, metadata=metadata, **options)

        yield call


def called(channel: grpc.Channel, method: str, body: bytes, **options: Any) -> bytes:
    """One unary call on raw bytes."""
    call: Any = channel.unary_unary(method)
    return bytes(call(body, timeout=20, **options))


def trailers_of(error: grpc.RpcError) -> dict[str, bytes]:
    """The trailing metadata of a call that failed."""
    given: Any = error
    return dict(given.trailing_metadata() or ())


def message_of(error: grpc.RpcError) -> str:
    """The status message of a call that failed."""
    return error.details() or ""


def details_of(error: grpc.RpcError) -> Status:
    """The status that travels in the trailers."""
    return Status.FromString(trailers_of(error)["grpc-status-details-bin"])


def test_success_is_an_empty_response(export: Export, sender: Sender) -> None:
    assert export(request(span()).SerializeToString()) == b""
    assert len(sender.rows()) == 1


def test_gzip(export: Export, sender: Sender) -> None:
    body = request(*(span() for _ in range(50))).SerializeToString()
    assert export(body, compression=grpc.Compression.Gzip) == b""
    assert len(sender.rows()) == 50


def test_rejected_spans_are_counted(export: Export, sender: Sender) -> None:
    answer = ExportTraceServiceResponse.FromString(
        export(request(span(), span(trace_id=b"short"), span(span_id=b"")).SerializeToString())
    )
    assert answer.partial_success.rejected_spans == 2
    assert "1 without a span id" in answer.partial_success.error_message
    assert len(sender.rows()) == 1


def test_a_malformed_body_is_invalid_argument(export: Export) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        export(b"\x0a\x7f")
    assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "should be 127 bytes long" in message_of(raised.value)
    assert details_of(raised.value).code == 3


@pytest.mark.parametrize("token", ["", "unknown"])
def test_a_token_is_asked_for(export: Export, token: str) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        export(b"", token=token)
    assert raised.value.code() == grpc.StatusCode.UNAUTHENTICATED


def test_other_signals_are_unimplemented(export: Export) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        export(b"", method=METRICS)
    assert raised.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert "not metrics" in message_of(raised.value)


def test_a_body_over_the_limit_is_resource_exhausted_without_a_delay(started: Callable[..., Collector]) -> None:
    collector = started(max_body_bytes=10_000)
    with grpc.insecure_channel(f"127.0.0.1:{collector.grpc_port}") as channel, pytest.raises(grpc.RpcError) as raised:
        called(channel, TRACES, request(span({"padding": "x" * 20_000})).SerializeToString())
    assert raised.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert not [key for key in trailers_of(raised.value) if "retry" in key or "details" in key]


def test_a_store_that_fails_is_unavailable_with_the_delay_both_ways(
    started: Callable[..., Collector], empty_store: Store
) -> None:
    # No migration has run on this store: there is no table to insert into.
    collector = started(empty_store)
    with grpc.insecure_channel(f"127.0.0.1:{collector.grpc_port}") as channel, pytest.raises(grpc.RpcError) as raised:
        called(channel, TRACES, request(span()).SerializeToString())
    assert raised.value.code() == grpc.StatusCode.UNAVAILABLE
    delay = RetryInfo.FromString(trailers_of(raised.value)["google.rpc.retryinfo-bin"]).retry_delay
    assert 1 <= delay.seconds + delay.nanos / 1e9 <= 2
    inside = RetryInfo()
    assert details_of(raised.value).details[0].Unpack(inside)
    assert inside.retry_delay == delay


def test_a_client_that_gives_up_in_the_middle_harms_nobody(started: Callable[..., Collector], sender: Sender) -> None:
    collector = started(default_tenant=sender.tenant, group_max_delay=1.0)
    with grpc.insecure_channel(f"127.0.0.1:{collector.grpc_port}") as channel:
        body = request(span(name="waits")).SerializeToString()
        call: Any = channel.unary_unary(TRACES)
        impatient = call.future(request(span(name="left")).SerializeToString(), timeout=0.3)
        patient = call.future(body)
        assert impatient.exception().code() == grpc.StatusCode.DEADLINE_EXCEEDED
        assert patient.result(timeout=20) == b""
        assert called(channel, TRACES, request(span(name="next")).SerializeToString()) == b""
    assert {"next", "waits"} <= {row["SpanName"] for row in sender.rows("SpanName")}
