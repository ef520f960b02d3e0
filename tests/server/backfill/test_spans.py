from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from spanledger_server.backfill import spans as spans_module
from spanledger_server.backfill.errors import LogUnreadable
from spanledger_server.backfill.events import open_log
from spanledger_server.backfill.identity import event_ids
from spanledger_server.backfill.mapping_file import load_mapping
from spanledger_server.backfill.spans import Made, SpanMaker
from tests.server.backfill.receiver import attributes

Write = Callable[[str, str], Path]

MAPPING = """\
system: "erp-{company|lower}"
process: order-to-cash
event_id: "{id}"
time: {column: at, start: from, zone: Europe/Amsterdam}
step:
  from: activity
  names:
    Post: invoice.posted
    Refuse: {step: invoice.posted, outcome: rejected, error: validation}
    Undo: {step: invoice.posted, outcome: compensated}
  other: skip
entities:
  invoice: "{invoice}"
  time_entry: {list: entries, separator: ";"}
objects: {column: objects, separator: ";", types: {acc: account, te: time_entry}, other: skip}
id_scope: "{company}"
amount: {value: "{net}", currency: EUR, steps: [invoice.posted]}
attributes: {account.tier: "{tier}"}
span_attributes: {enduser.id: "{user}"}
where: [{column: lifecycle, not_in: [draft]}]
"""
HEADER = "id,activity,at,from,invoice,entries,objects,company,net,tier,user,lifecycle\n"
ROW = "e1,Post,2024-07-01T12:00:00,2024-07-01T11:00:00,INV-1,T1;T2,acc:9;te:T2;te:a:b;vendor:3,DE,10.50,gold,ann,done\n"


def made(write: Write, rows: str, mapping: str = MAPPING, header: str = HEADER) -> Made:
    loaded, _ = load_mapping(write("m.yaml", mapping))
    log = open_log(write("log.csv", header + rows), loaded.csv)
    maker = SpanMaker(loaded, log, "log")
    [batch] = log.batches(loaded.text_columns(), loaded.list_columns(), rows=10_000, skip=0)
    return maker.make(batch)


def decoded(result: Made) -> list[Span]:
    return [
        span
        for payload in result.payloads
        for span in ExportTraceServiceRequest.FromString(payload).resource_spans[0].scope_spans[0].spans
    ]


def test_a_row_becomes_a_span_with_everything_the_mapping_says(write: Write) -> None:
    [span] = decoded(made(write, ROW))
    assert (span.trace_id, span.span_id) == event_ids("log", "e1")
    assert (span.name, span.kind, span.status.code) == ("invoice.posted", Span.SPAN_KIND_INTERNAL, 0)
    assert span.end_time_unix_nano == 1_719_828_000_000_000_000  # 10:00 UTC
    assert span.end_time_unix_nano - span.start_time_unix_nano == 3_600_000_000_000
    assert attributes(span) == {
        "business.step": "invoice.posted",
        "spanledger.source.event": "e1",
        "business.system": "erp-de",
        "business.process": "order-to-cash",
        "business.id_scope": "DE",
        "business.amount": "10.50",
        "business.currency": "EUR",
        "business.attribute.account.tier": "gold",
        "enduser.id": "ann",
        "business.entity.invoice": "INV-1",
        "business.entity.time_entry": ["T1", "T2", "a:b"],
        "business.entity.account": "9",
    }


def test_the_resource_says_where_it_comes_from(write: Write) -> None:
    request = ExportTraceServiceRequest.FromString(made(write, ROW).payloads[0])
    resource = {one.key: one.value.string_value for one in request.resource_spans[0].resource.attributes}
    assert resource == {"service.name": "spanledger-backfill", "spanledger.source.log": "log"}


def test_an_outcome_is_an_attribute_and_a_failure_a_status_too(write: Write) -> None:
    rows = ROW.replace("Post", "Refuse") + ROW.replace("Post", "Undo")
    refused, undone = decoded(made(write, rows))
    found = attributes(refused)
    assert (refused.status.code, refused.status.message) == (Status.STATUS_CODE_ERROR, "Refuse")
    assert found["business.outcome"] == "rejected"
    assert (found["business.error.kind"], found["business.error.message"]) == ("validation", "Refuse")
    assert undone.status.code == Status.STATUS_CODE_UNSET
    assert attributes(undone)["business.outcome"] == "compensated"


def test_rows_that_the_mapping_leaves_out_are_counted(write: Write) -> None:
    result = made(write, ROW.replace("done", "draft") + ROW.replace("Post", "Other") + ROW)
    assert (result.rows, result.filtered, len(result.ids)) == (3, 2, 1)


def test_equal_rows_are_separate_events_where_positions_count(write: Write) -> None:
    mapping = MAPPING.replace('event_id: "{id}"\n', "")
    result = made(write, ROW * 3, mapping)
    assert len(set(result.ids)) == 3
    assert [attributes(span)["spanledger.source.event"] for span in decoded(result)] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("at", "end_ns"),
    [("1948-01-26T22:59:00Z", 1_000_000_000), ("2500-01-01T00:00:00Z", 9_223_372_036_000_000_000)],
)
def test_a_time_that_otlp_cannot_hold_is_clamped_and_said_exactly(write: Write, at: str, end_ns: int) -> None:
    [span] = decoded(made(write, ROW.replace("2024-07-01T12:00:00", at).replace("2024-07-01T11:00:00", "")))
    assert span.start_time_unix_nano == span.end_time_unix_nano == end_ns
    assert attributes(span)["business.occurred_at"] == at


def test_a_date_after_the_extraction_is_kept(write: Write) -> None:
    [span] = decoded(made(write, ROW.replace("2024-07-01T12", "2099-07-01T12")))
    assert span.end_time_unix_nano == 4_086_583_200_000_000_000
    assert "business.occurred_at" not in attributes(span)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("e1,", ",", "row 2: the event id is empty"),
        ("2024-07-01T12:00:00", "soon", "row 2: `soon` in `at` is not a time"),
        ("2024-07-01T12:00:00", "", "row 2: the time in `at` is empty"),
        ("INV-1,T1;T2,acc:9;te:T2;te:a:b;vendor:3", ",,", "row 2: the row names no entity"),
    ],
)
def test_a_row_that_cannot_become_a_span_stops_it(write: Write, old: str, new: str, message: str) -> None:
    with pytest.raises(LogUnreadable, match=message):
        made(write, ROW + ROW.replace(old, new, 1))


def test_an_unknown_activity_or_type_stops_it_unless_it_is_skipped(write: Write) -> None:
    with pytest.raises(LogUnreadable, match=r"row 1: .* activity `Pots`. The nearest is `Post`"):
        made(write, ROW.replace("Post", "Pots"), MAPPING.replace("other: skip\nentities", "other: refuse\nentities"))
    with pytest.raises(LogUnreadable, match=r"row 1: the object `vendor:3` is of no type"):
        made(write, ROW, MAPPING.replace("other: skip}", "other: refuse}"))


def test_a_templated_step(write: Write) -> None:
    head, tail = MAPPING[: MAPPING.index("step:")], MAPPING[MAPPING.index("entities:") :]
    [span] = decoded(made(write, ROW, head + 'step: "claim.{activity|slug}"\n' + tail))
    assert span.name == "claim.post"
    with pytest.raises(LogUnreadable, match=r"row 1: `claim.Post` is no step name"):
        made(write, ROW, head + 'step: "claim.{activity}"\n' + tail)


def test_a_column_that_is_not_there(write: Write) -> None:
    with pytest.raises(LogUnreadable, match=r"no column `invoice`, .* Did you mean `invoices`"):
        made(write, ROW, header=HEADER.replace("invoice", "invoices"))


def test_a_batch_that_is_too_large_is_split_without_a_loss(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans_module, "LARGEST_REQUEST", 3_000)
    rows = "".join(ROW.replace("e1", f"e{number}") for number in range(40))
    result = made(write, rows)
    assert len(result.payloads) > 4
    assert all(len(payload) < 3_300 for payload in result.payloads)
    assert [span.span_id for span in decoded(result)] == [event_ids("log", f"e{number}")[1] for number in range(40)]


LINKS = """\
system: erp
time: {always: "2024-01-01T00:00:00Z"}
objects: {columns: [source, target], types: {order: order, parcel: parcel}, other: skip}
"""


def test_a_table_of_links_makes_spans_without_a_step(write: Write) -> None:
    rows = "order:1,parcel:A\norder:1,truck:9\n"
    linked, other = (
        ExportTraceServiceRequest.FromString(made(write, rows, LINKS, "source,target\n").payloads[0])
        .resource_spans[0]
        .scope_spans[0]
        .spans
    )
    assert attributes(linked)["business.entity.order"] == "1"
    assert attributes(linked)["business.entity.parcel"] == "A"
    assert "business.step" not in attributes(linked)
    assert linked.end_time_unix_nano == 1_704_067_200_000_000_000
    assert "business.entity.truck" not in attributes(other)


def test_each_step_has_an_amount_of_its_own(write: Write) -> None:
    amounts = MAPPING.replace(
        'amount: {value: "{net}", currency: EUR, steps: [invoice.posted]}',
        'amount:\n  - {value: "{net}", currency: EUR, steps: [invoice.posted]}\n'
        '  - {value: "{tier}", currency: USD, steps: [invoice.paid]}',
    ).replace("    Undo:", "    Pay: invoice.paid\n    Undo:")
    rows = ROW + ROW.replace("e1,Post", "e2,Pay").replace(",gold,", ",7.25,")
    posted, paid = (
        ExportTraceServiceRequest.FromString(made(write, rows, amounts).payloads[0])
        .resource_spans[0]
        .scope_spans[0]
        .spans
    )
    assert (attributes(posted)["business.amount"], attributes(posted)["business.currency"]) == ("10.50", "EUR")
    assert (attributes(paid)["business.amount"], attributes(paid)["business.currency"]) == ("7.25", "USD")


def test_an_amount_that_is_no_number_is_told_and_not_a_crash(write: Write) -> None:
    with pytest.raises(LogUnreadable, match="rows from 1 on `much` is no amount"):
        made(write, ROW.replace("10.50", "much"), MAPPING.replace("{net}", "{net|cents}"))
