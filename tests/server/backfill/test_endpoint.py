from __future__ import annotations

from datetime import UTC, datetime

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTracePartialSuccess

from spanledger_server.backfill.endpoint import Answer, read_answer, refusal, retry_after, traces_url
from spanledger_server.backfill.errors import DeliveryFailed
from tests.server.backfill.receiver import partial

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("http://host:4318", "http://host:4318/v1/traces"),
        ("host:4318", "http://host:4318/v1/traces"),
        ("https://host/prefix/", "https://host/prefix/v1/traces"),
        ("https://host/v1/traces/", "https://host/v1/traces"),
    ],
)
def test_the_address_for_traces(endpoint: str, url: str) -> None:
    assert traces_url(endpoint) == url


@pytest.mark.parametrize("endpoint", ["", "ftp://host", "http://", "http:///x"])
def test_what_is_no_address(endpoint: str) -> None:
    with pytest.raises(DeliveryFailed, match="no HTTP address"):
        traces_url(endpoint)


def test_an_answer_may_refuse_some_spans() -> None:
    assert read_answer(b"") == Answer(0, "")
    assert read_answer(partial(3, "no step").body) == Answer(3, "no step")
    with pytest.raises(ValueError, match="not OTLP"):
        read_answer(b"<html>")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("Thu, 01 Jan 2026 00:00:09 GMT", 9.0), ("Wed, 31 Dec 2025 00:00:00 GMT", 0.0), ("soon", None)],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds
    assert retry_after({}, NOW) is None


def test_a_refusal_carries_the_receivers_own_words() -> None:
    status = ExportTracePartialSuccess(error_message="no such token").SerializeToString()  # shares field 2 with Status
    error = refusal("http://h", 401, {"content-type": "application/x-protobuf"}, status)
    assert str(error) == (
        "http://h refused with HTTP 401: no such token. Give a token with --token, or in SPANLEDGER_TOKEN."
    )
    assert "too much" in str(refusal("http://h", 413, {"content-type": "text/plain"}, b"too much"))
    assert str(refusal("http://h", 500, {"content-type": "application/x-protobuf"}, b"\xff")) == (
        "http://h refused with HTTP 500."
    )
