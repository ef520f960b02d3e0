"""Spans at the edges of what OTLP can say: each stored whole, beside its neighbours, in both encodings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.collector.conftest import Sender
from tests.collector.making import attributes, request, span

Send = Callable[[ExportTraceServiceRequest], httpx2.Response]


@pytest.fixture(params=["protobuf", "json"])
def send(request: pytest.FixtureRequest, sender: Sender) -> Send:
    """Sends in one of the encodings."""
    return sender.send if request.param == "protobuf" else sender.send_json


@pytest.mark.parametrize("year", [1970, 2100, 2261])
def test_times_of_other_centuries(send: Send, sender: Sender, year: int) -> None:
    moment = int(datetime(year, 1, 1, 0, 0, 1, tzinfo=UTC).timestamp()) * 10**9 + 123_456_789
    assert send(request(span(start_time_unix_nano=moment, end_time_unix_nano=moment + 1))).status_code == 200
    row = sender.row("toUnixTimestamp64Nano(Timestamp) AS Start, toUnixTimestamp64Nano(OccurredAt) AS At, Problems")
    assert (row["Start"], row["At"]) == (moment, moment + 1)
    assert row["Problems"] == (["occurs_in_future"] if year > 2026 else [])


def test_ten_thousand_attributes(send: Send, sender: Sender) -> None:
    given = {f"key.{number}": f"value {number}" for number in range(10_000)}
    assert send(request(span(given, name="wide"), span(name="neighbour"))).status_code == 200
    rows = {row["SpanName"]: row["SpanAttributes"] for row in sender.rows("SpanName, SpanAttributes")}
    assert rows == {"wide": given, "neighbour": {}}


def test_a_value_a_name_and_an_entity_of_a_megabyte(send: Send, sender: Sender) -> None:
    long = "ü" * 500_000
    assert send(request(span({"value": long, "business.entity.invoice": long}, name=long), span())).status_code == 200
    row = next(row for row in sender.rows("SpanName, SpanAttributes, EntityIds") if row["EntityIds"])
    assert (row["SpanName"], row["SpanAttributes"]["value"], row["EntityIds"]) == (long, long, [long])


def test_thousands_of_events_and_links(send: Send, sender: Sender) -> None:
    events = [Span.Event(time_unix_nano=number, name=f"e{number}") for number in range(5_000)]
    links = [
        Span.Link(trace_id=b"\x01" * 16, span_id=number.to_bytes(8, "big"), attributes=attributes({"n": number}))
        for number in range(1, 5_001)
    ]
    assert send(request(span(events=events, links=links))).status_code == 200
    row = sender.row("Events.Name AS Events, Links.SpanId AS Links, Links.Attributes AS LinkAttributes")
    assert row["Events"] == [event.name for event in events]
    assert row["Links"] == [link.span_id.hex() for link in links]
    assert row["LinkAttributes"][-1] == {"n": "5000"}


def test_every_span_of_a_request_is_the_same_one(send: Send, sender: Sender) -> None:
    one = span({"business.step": "invoice.posted", "business.entity.invoice": "INV-1"})
    assert send(request(*[one] * 100)).status_code == 200
    sql = "SELECT uniqExact(TraceId, SpanId) AS Spans FROM spans WHERE Tenant = {tenant:String}"
    assert sender.store.rows(sql, {"tenant": sender.tenant}) == [{"Spans": 1}]
