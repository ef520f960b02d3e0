"""Spans without a valid identity: counted exactly, kept as they came, and no harm to their neighbours."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from spanledger_collector.rejections import reason
from tests.collector.conftest import Sender
from tests.collector.making import request, span

BAD_IDS: dict[str, dict[str, Any]] = {
    "trace_id_missing": {"trace_id": b""},
    "trace_id_invalid": {"trace_id": b"\x01" * 15},
    "span_id_missing": {"span_id": b""},
    "span_id_invalid": {"span_id": bytes(8)},
}


@pytest.mark.parametrize("encoding", ["protobuf", "json"])
def test_the_answer_counts_them_and_the_others_are_stored(sender: Sender, encoding: str) -> None:
    sent = request(span(name="good"), *(span(name=why, **ids) for why, ids in BAD_IDS.items()), span(name="too"))
    if encoding == "protobuf":
        answer = ExportTraceServiceResponse.FromString(sender.send(sent).content).partial_success
        rejected, message = answer.rejected_spans, answer.error_message
    else:
        partial = sender.send_json(sent).json()["partialSuccess"]
        rejected, message = int(partial["rejectedSpans"]), partial["errorMessage"]
    assert rejected == len(BAD_IDS)
    assert "1 without a span id" in message
    assert [row["SpanName"] for row in sender.rows("SpanName")] == ["good", "too"]
    kept = sender.rejected()
    assert {row["Reason"]: row["SpanName"] for row in kept} == {why: why for why in BAD_IDS}
    assert {(row["ServiceName"], row["Encoding"]) for row in kept} == {("billing", encoding)}
    # One instant and one batch for the group, whatever became of its spans.
    assert {(row["Batch"], row["StoredAt"]) for row in kept} == {
        (row["Batch"], row["StoredAt"]) for row in sender.rows("Batch, StoredAt")
    }


def test_a_rejected_span_is_kept_as_a_request_that_can_be_mended_and_sent(sender: Sender) -> None:
    bad = span({"business.step": "invoice.posted", "tags": ["a"], "deep": {"k": [1]}}, name="bad", span_id=b"")
    sender.send(request(span(name="good"), bad))
    kept = sender.store.rows(
        "SELECT base64Encode(Request) AS Request FROM rejected_spans WHERE Tenant = {tenant:String}",
        {"tenant": sender.tenant},
    )
    mended = ExportTraceServiceRequest.FromString(base64.b64decode(kept[0]["Request"]))
    mended.resource_spans[0].scope_spans[0].spans[0].span_id = b"\x05" * 8
    assert sender.send(mended).status_code == 200
    row = sender.rows()[0]
    assert (row["SpanName"], row["Step"], row["ServiceName"], row["ScopeName"]) == (
        "bad",
        "invoice.posted",
        "billing",
        "tests",
    )
    assert row["SpanAttributes"] == {"business.step": "invoice.posted", "tags": '["a"]', "deep": '{"k":[1]}'}


def test_a_rejected_json_span_is_kept_as_json(sender: Sender) -> None:
    sender.send_json(request(span(name="good"), span({"n": 5}, name="bad", trace_id=b"")))
    (kept,) = sender.rejected()
    one = json.loads(kept["Request"])["resourceSpans"][0]["scopeSpans"][0]
    assert one["scope"]["name"] == "tests"
    assert one["spans"][0]["attributes"] == [{"key": "n", "value": {"intValue": "5"}}]


def test_a_request_of_which_nothing_is_left_is_400_with_a_hint(sender: Sender) -> None:
    answer = sender.send_json(request(span(trace_id=b"", span_id=b""), span(trace_id=b"")))
    assert answer.status_code == 400
    assert "2 without a trace id" in answer.json()["message"]
    assert "Logs that are posted to the traces path" in answer.json()["message"]
    assert len(sender.rejected()) == 2


@pytest.mark.parametrize(
    ("trace_id", "span_id", "expected"),
    [
        ("1" * 32, "2" * 16, ""),
        ("", "", "trace_id_missing"),
        ("0" * 32, "2" * 16, "trace_id_invalid"),
        ("g" * 32, "2" * 16, "trace_id_invalid"),
        ("1" * 31, "2" * 16, "trace_id_invalid"),
        ("1" * 32 + "\n", "2" * 16, "trace_id_invalid"),
        ("1" * 32, "", "span_id_missing"),
        ("1" * 32, "2" * 17, "span_id_invalid"),
    ],
)
def test_reason_agrees_with_the_views_condition(sender: Sender, trace_id: str, span_id: str, expected: str) -> None:
    assert reason(trace_id, span_id) == expected
    body = {"traceId": trace_id, "spanId": span_id, "name": "x"}
    sender.post(
        json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [body]}]}]}).encode(), content_type="application/json"
    )
    assert len(sender.rows()) == (not expected)
    assert [row["Reason"] for row in sender.rejected()] == ([expected] if expected else [])
