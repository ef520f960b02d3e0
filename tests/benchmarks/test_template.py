"""The benchmark's requests: replaced in their bytes, they must be what encoding them anew would give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from benchmarks.end_to_end.business import completed, invoice_id, open_invoice
from benchmarks.end_to_end.template import Request, Template, blocks_of

NOW = 1_790_000_000_000_000_000
SECOND = 1_000_000_000


def spans_of(body: bytearray) -> Iterator[tuple[Span, dict[str, str]]]:
    request = ExportTraceServiceRequest.FromString(bytes(body))
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                texts = {one.key: one.value.string_value for one in span.attributes}
                yield span, texts


def test_no_mark_is_left_and_every_id_is_new() -> None:
    template = Template(completed, groups=40)
    request = Request(template, seed=1)
    first, second = (
        [span for span, _ in spans_of(request.fill([number] * template.phases, NOW))] for number in (10, 11)
    )
    assert template.spans == len(first) == 1000
    assert len({span.span_id for span in first + second}) == 2000
    assert b"@@@@" not in request.body
    for span in first:
        assert 0 <= NOW - span.end_time_unix_nano <= 61 * SECOND
        assert span.start_time_unix_nano < span.end_time_unix_nano


def test_phases_take_the_ids_of_their_own_blocks() -> None:
    template = Template(completed, groups=3)
    body = Request(template, seed=1).fill(range(100, 100 + template.phases), NOW)
    invoices = Counter(
        (span.name, texts["business.entity.invoice"])
        for span, texts in spans_of(body)
        if "business.entity.invoice" in texts
    )
    assert invoices["invoice.generated", invoice_id(104, 2)] == 1
    assert invoices["invoice.synced_to_crm", invoice_id(105, 0)] == 1
    assert invoices["payment.received", invoice_id(106, 1)] == 1


def test_two_payments_make_the_invoice_up() -> None:
    template = Template(completed, groups=40)
    cents: Counter[str] = Counter()
    for span, texts in spans_of(Request(template, seed=1).fill([7_654_321] * template.phases, NOW)):
        amount = int(texts.get("business.amount", "0").replace(".", ""))
        group = texts["business.idempotency_key"].split("-")[2][:3]
        if span.name == "invoice.posted":
            cents[group] += amount
        elif span.name == "payment.received":
            cents[group] -= amount
    assert set(cents.values()) == {0}
    assert len(cents) == 40


def test_a_child_names_its_parent_in_its_own_trace() -> None:
    spans = [span for span, _ in spans_of(Request(Template(completed, groups=5), seed=1).fill([1] * 8, NOW))]
    generated = {span.span_id: span for span in spans if span.name == "invoice.generated"}
    children = [span for span in spans if span.parent_span_id]
    assert len(children) == len(generated) == 5
    for child in children:
        assert generated[child.parent_span_id].trace_id == child.trace_id


def test_a_span_of_the_past_has_ended_then() -> None:
    spans = [span for span, _ in spans_of(Request(Template(open_invoice, groups=2), seed=1).fill([1], NOW))]
    ages = sorted(round((NOW - span.end_time_unix_nano) / SECOND / 86_400) for span in spans)
    assert ages == [3, 3, 45, 45]


@pytest.mark.parametrize("lag", [0, 1, 5])
def test_every_phase_of_every_block_is_sent_once(lag: int) -> None:
    sent = Counter(
        (phase, block)
        for request in range(40)
        for phase, block in enumerate(blocks_of(request, first=100, count=40, lag=lag, phases=8))
    )
    assert set(sent) == {(phase, block) for phase in range(8) for block in range(100, 140)}
    assert set(sent.values()) == {1}
