"""The captured spans are those of the plan: ids, times, and the copies that come twice."""

from __future__ import annotations

from collections import Counter

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spanledger_server.simulate.capture import capture
from spanledger_server.simulate.plan import Plan, make_plan
from spanledger_server.simulate.span_ids import span_ids


@pytest.fixture(scope="module")
def requests(plan: Plan) -> list[bytes]:
    """The requests of the plan."""
    return capture(plan)


@pytest.fixture(scope="module")
def spans(requests: list[bytes]) -> list[Span]:
    """Every span in them, as sent."""
    return [
        span
        for body in requests
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def test_each_span_is_sent_as_often_as_planned(plan: Plan, spans: list[Span]) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    for one in plan.book.emitted():
        ids = span_ids(plan.book, one)
        expected[ids.trace_id, ids.span_id] += 2 if one.twice else 1
    assert Counter((span.trace_id.hex(), span.span_id.hex()) for span in spans) == expected


def test_spans_have_the_business_times(plan: Plan, spans: list[Span]) -> None:
    told = {span.span_id.hex(): span for span in spans}
    for one in plan.book.emitted():
        span = told[span_ids(plan.book, one).span_id]
        assert (span.name, span.start_time_unix_nano, span.end_time_unix_nano) == (one.name, one.begins, one.at)


def test_effects_are_children_of_their_cause_unless_the_context_was_lost(plan: Plan, spans: list[Span]) -> None:
    told = {span.span_id.hex(): span for span in spans}
    for one in plan.book.emitted():
        parent = told[span_ids(plan.book, one).span_id].parent_span_id.hex()
        if one.cause and one.follows:
            assert parent == span_ids(plan.book, plan.book.occurrences[one.cause]).span_id
        else:
            assert parent == ""


def test_the_transaction_travels_as_baggage(plan: Plan, spans: list[Span]) -> None:
    told = {span.span_id.hex(): {item.key: item.value for item in span.attributes} for span in spans}
    inherited = 0
    for one in plan.book.emitted():
        opened, above = one.transaction, one
        while not opened and above.cause and above.follows:
            above = plan.book.occurrences[above.cause]
            opened = above.transaction
            inherited += bool(opened)
        said = told[span_ids(plan.book, one).span_id].get("business.transaction")
        assert (said.string_value if said else "") == opened
    assert inherited


def test_a_capture_repeats_byte_for_byte(plan: Plan, requests: list[bytes]) -> None:
    assert capture(make_plan(plan.scope)) == requests


def test_copies_of_one_span_are_equal(spans: list[Span]) -> None:
    seen: dict[bytes, bytes] = {}
    for span in spans:
        content = span.SerializeToString(deterministic=True)
        assert seen.setdefault(span.span_id, content) == content
