"""Business events that are sent as OTLP logs become business spans."""

from __future__ import annotations

import json
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ScopeLogs

from tests.collector.conftest import Sender
from tests.collector.making import START, Value, any_value, attributes
from tests.collector.test_http import status_of

POSTED = {"business.step": "invoice.posted", "business.entity.invoice": "INV-1042"}
ENCODINGS = pytest.mark.parametrize("encoding", ["protobuf", "json"])


def record(values: dict[str, Value], **fields: Any) -> LogRecord:
    """A log record; `body` is any value."""
    body = fields.pop("body", None)
    made = LogRecord(**({"time_unix_nano": START} | fields), attributes=attributes(values))
    if body is not None:
        made.body.CopyFrom(any_value(body))
    return made


def logs(*records: LogRecord) -> ExportLogsServiceRequest:
    """One resource, one scope, these records."""
    made = ExportLogsServiceRequest()
    resource_logs = made.resource_logs.add()
    resource_logs.resource.attributes.extend([KeyValue(key="service.name", value=any_value("billing"))])
    resource_logs.scope_logs.append(ScopeLogs(log_records=records))
    resource_logs.scope_logs[0].scope.name = "events"
    return made


def post(sender: Sender, sent: ExportLogsServiceRequest, encoding: str) -> Any:
    """POST to /v1/logs."""
    if encoding == "protobuf":
        return sender.post(sent.SerializeToString(), "/v1/logs")
    content = MessageToDict(sent, use_integers_for_enums=True)
    for resource_logs, given in zip(content["resourceLogs"], sent.resource_logs, strict=True):
        for scope_logs, given_scope in zip(resource_logs["scopeLogs"], given.scope_logs, strict=True):
            for one, message in zip(scope_logs.get("logRecords", ()), given_scope.log_records, strict=True):
                one["traceId"], one["spanId"] = message.trace_id.hex(), message.span_id.hex()
    return sender.post(json.dumps(content).encode(), "/v1/logs", content_type="application/json")


@ENCODINGS
def test_an_event_is_a_span_beneath_the_span_it_was_written_in(sender: Sender, encoding: str) -> None:
    event = record(
        POSTED | {"business.amount": "48200.00", "business.currency": "EUR"},
        event_name="invoice.posted",
        trace_id=b"\x0a" * 16,
        span_id=b"\x0b" * 8,
        flags=1,
        body={"lines": [1, 2]},
        severity_number=9,
        severity_text="INFO",
    )
    answer = post(sender, logs(event), encoding)
    assert (answer.status_code, answer.content) == (200, b"{}" if encoding == "json" else b"")
    row = sender.row("*, toString(Amount) AS Money, toUnixTimestamp64Nano(Timestamp) AS Ns")
    assert (row["TraceId"], row["ParentSpanId"]) == ("0a" * 16, "0b" * 8)
    assert (row["SpanName"], row["Step"], row["EntityIds"]) == ("invoice.posted", "invoice.posted", ["INV-1042"])
    assert (row["Money"], row["Currency"], row["Outcome"], row["Flags"]) == ("48200", "EUR", "success", 1)
    assert (row["Ns"], row["Duration"], row["Problems"]) == (START, 0, [])
    assert (row["ServiceName"], row["ScopeName"]) == ("billing", "events")
    assert row["SpanAttributes"]["log.body"] == '{"lines":[1,2]}'
    assert row["SpanAttributes"]["log.severity"] == "INFO"


@ENCODINGS
def test_an_event_outside_of_any_trace_has_an_identity_and_keeps_it_when_it_is_sent_again(
    sender: Sender, encoding: str
) -> None:
    sent = logs(record(POSTED), record(POSTED, time_unix_nano=START + 1), record(POSTED | {"business.attempt": 2}))
    for _ in range(2):
        assert post(sender, sent, encoding).status_code == 200
    rows = sender.rows("TraceId, SpanId, ParentSpanId")
    assert len(rows) == 6
    assert len({(row["TraceId"], row["SpanId"]) for row in rows}) == 3
    assert {row["ParentSpanId"] for row in rows} == {""}


@ENCODINGS
def test_the_same_event_of_two_services_is_two_events(sender: Sender, encoding: str) -> None:
    for service in ("billing", "erp"):
        sent = logs(record(POSTED))
        sent.resource_logs[0].resource.attributes[0].value.string_value = service
        assert post(sender, sent, encoding).status_code == 200
    assert len({row["SpanId"] for row in sender.rows("SpanId")}) == 2


@ENCODINGS
def test_an_error_is_a_failure_with_its_message(sender: Sender, encoding: str) -> None:
    post(sender, logs(record(POSTED, severity_number=17, body="period closed")), encoding)
    row = sender.row()
    assert (row["Outcome"], row["StatusCode"], row["StatusMessage"]) == ("failure", "Error", "period closed")


@ENCODINGS
def test_other_records_are_counted_and_not_kept(sender: Sender, encoding: str) -> None:
    answer = post(sender, logs(record({"http.route": "/"}), record(POSTED), record({})), encoding)
    assert answer.status_code == 200
    if encoding == "json":
        partial = answer.json()["partialSuccess"]
        assert partial["rejectedLogRecords"] == "2"
        assert "2 log records" in partial["errorMessage"]
    else:
        partial = ExportLogsServiceResponse.FromString(answer.content).partial_success
        assert partial.rejected_log_records == 2
        assert "2 log records" in partial.error_message
    assert len(sender.rows()) == 1
    only_others = post(sender, logs(record({})), encoding)
    assert only_others.status_code == 200
    assert b"1 log records" in only_others.content


@ENCODINGS
def test_the_observed_time_stands_in_for_a_missing_one(sender: Sender, encoding: str) -> None:
    post(sender, logs(record(POSTED, time_unix_nano=0, observed_time_unix_nano=START + 5)), encoding)
    assert sender.row("toUnixTimestamp64Nano(Timestamp) AS Ns")["Ns"] == START + 5


def test_both_encodings_make_the_same_span(sender: Sender) -> None:
    sent = logs(record(POSTED, event_name="e", body="text", severity_number=21, severity_text="FATAL"))
    for encoding in ("protobuf", "json"):
        post(sender, sent, encoding)
    first, second = sender.rows("* EXCEPT (StoredAt, Batch, TraceId, SpanId, ContentHash)")
    assert first == second


@pytest.mark.parametrize(
    ("body", "content_type", "place"),
    [
        (b"\x0a\x05\x12", "application/x-protobuf", "resource_logs"),
        (b'{"resourceLogs": [{"scopeLogs": 3}]}', "application/json", "resourceLogs.0.scopeLogs"),
        (b"{", "application/json", "logs request"),
    ],
)
def test_a_malformed_request_is_400_and_says_where(sender: Sender, body: bytes, content_type: str, place: str) -> None:
    answer = sender.post(body, "/v1/logs", content_type=content_type)
    assert answer.status_code == 400
    message = status_of(answer).message if "protobuf" in content_type else answer.json()["message"]
    assert place in message


def test_grpc(sender: Sender) -> None:
    with grpc.insecure_channel(sender.grpc) as channel:
        export = channel.unary_unary(
            "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
            ExportLogsServiceRequest.SerializeToString,
            ExportLogsServiceResponse.FromString,
        )
        answer = export(logs(record(POSTED), record({})), metadata=(("authorization", f"Bearer {sender.token}"),))
    assert answer.partial_success.rejected_log_records == 1
    assert sender.row()["Step"] == "invoice.posted"
