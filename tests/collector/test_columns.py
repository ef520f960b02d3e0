"""What the decoding views make of a span: every column of `spans`, and every Problem."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from spanledger_collector import business_faults
from spanledger_store import Store
from tests.collector.conftest import Clock, Sender
from tests.collector.making import START, any_value, attributes, request, span

INVOICE = {"business.process": "invoice-to-cash", "business.step": "invoice.posted", "business.entity.invoice": "INV-1"}


def row_of(sender: Sender, values: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """The row that one span becomes, sent as protobuf."""
    assert sender.send(request(span(values, **fields))).status_code == 200
    return sender.row()


def test_the_exporters_columns(sender: Sender) -> None:
    sent = span(
        {"http.method": "POST"},
        trace_id=bytes.fromhex("0af7651916cd43dd8448eb211c80319c"),
        span_id=bytes.fromhex("b7ad6b7169203331"),
        parent_span_id=bytes.fromhex("00f067aa0ba902b7"),
        trace_state="a=1,b=2",
        flags=0x301,
        name="POST /invoice",
        kind=Span.SPAN_KIND_CLIENT,
        status=Status(code=Status.STATUS_CODE_ERROR, message="period closed"),
        events=[Span.Event(time_unix_nano=START + 5, name="refused", attributes=attributes({"code": 423}))],
        links=[
            Span.Link(
                trace_id=b"\x01" * 16, span_id=b"\x02" * 8, trace_state="c=3", attributes=attributes({"why": "replay"})
            )
        ],
    )
    sender.send(request(sent, resource={"service.name": "billing", "host.name": "h1"}))
    columns = sender.row(
        "*, toUnixTimestamp64Nano(Timestamp) AS Ns, toUnixTimestamp64Nano(Events.Timestamp[1]) AS EventNs"
    )
    expected = {
        "TraceId": "0af7651916cd43dd8448eb211c80319c",
        "SpanId": "b7ad6b7169203331",
        "ParentSpanId": "00f067aa0ba902b7",
        "TraceState": "a=1,b=2",
        "Flags": 0x301,
        "Ns": START,
        "Duration": 1_000_000_000,
        "SpanName": "POST /invoice",
        "SpanKind": "Client",
        "ServiceName": "billing",
        "ResourceAttributes": {"service.name": "billing", "host.name": "h1"},
        "ScopeName": "tests",
        "ScopeVersion": "1.0",
        "SpanAttributes": {"http.method": "POST"},
        "StatusCode": "Error",
        "StatusMessage": "period closed",
        "EventNs": START + 5,
        "Events.Name": ["refused"],
        "Events.Attributes": [{"code": "423"}],
        "Links.TraceId": ["01" * 16],
        "Links.SpanId": ["02" * 8],
        "Links.TraceState": ["c=3"],
        "Links.Attributes": [{"why": "replay"}],
        "Step": "",
        "Outcome": "",
        "Problems": [],
    }
    assert {name: columns[name] for name in expected} == expected


@pytest.mark.parametrize("encoding", ["protobuf", "json"])
def test_what_otlp_says_beyond_the_exporters_columns(sender: Sender, encoding: str) -> None:
    sent = request(
        span(
            dropped_attributes_count=1,
            dropped_events_count=2,
            dropped_links_count=3,
            events=[Span.Event(name="e", dropped_attributes_count=4)],
            links=[Span.Link(trace_id=b"\x01" * 16, span_id=b"\x02" * 8, dropped_attributes_count=5, flags=0x301)],
        )
    )
    (resource_spans,) = sent.resource_spans
    (scope_spans,) = resource_spans.scope_spans
    resource_spans.schema_url = "https://example.com/resource"
    resource_spans.resource.dropped_attributes_count = 6
    scope_spans.schema_url = "https://example.com/scope"
    scope_spans.scope.dropped_attributes_count = 7
    scope_spans.scope.attributes.extend(attributes({"team": "finance"}))
    answer = sender.send(sent) if encoding == "protobuf" else sender.send_json(sent)
    assert answer.status_code == 200
    expected = {
        "DroppedAttributes": 1,
        "DroppedEvents": 2,
        "DroppedLinks": 3,
        "Events.DroppedAttributes": [4],
        "Links.DroppedAttributes": [5],
        "Links.Flags": [0x301],
        "ResourceSchemaUrl": "https://example.com/resource",
        "ResourceDroppedAttributes": 6,
        "ScopeSchemaUrl": "https://example.com/scope",
        "ScopeDroppedAttributes": 7,
        "ScopeAttributes": {"team": "finance"},
    }
    row = sender.row()
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("kind", "name"),
    [(0, "Unspecified"), (1, "Internal"), (2, "Server"), (3, "Client"), (4, "Producer"), (5, "Consumer")],
)
def test_span_kinds(sender: Sender, kind: int, name: str) -> None:
    assert row_of(sender, kind=kind)["SpanKind"] == name


def test_the_business_columns(sender: Sender) -> None:
    row = row_of(
        sender,
        INVOICE
        | {
            "business.transaction": "INV-1",
            "business.system": "netsuite",
            "business.entity.account": "ACC-7",
            "business.entity.time_entry": ["TE-1", "TE-2", "TE-1", ""],
            "business.alias.invoice": ["10077", "006X"],
            "business.attribute.account.tier": "platinum",
            "business.attribute.account.crm.name": "Acme",
            "business.outcome": "rejected",
            "business.amount": "-48200.123456789",
            "business.currency": "EUR",
            "business.allocation.project": ["PRJ=1=100.00", "PRJ-2=-50"],
            "business.quantity": "7.5",
            "business.unit": "hours",
            "business.legal_entity": "Acme GmbH",
            "business.region": "emea",
            "business.due_at": "2026-04-01T00:00:00+02:00",
            "business.idempotency_key": "k-1",
            "business.attempt": 3,
            "business.replay_of": "00f067aa0ba902b7",
            "business.error.kind": "closed_period",
            "business.error.code": "PERIOD_CLOSED",
            "business.error.message": "The period is closed.",
            "business.error.retryable": False,
            "business.impact": "revenue",
            "business.record_count": 40,
            "business.producer.id": "p-1",
            "business.producer.seq": 2**40,
            "business.announces": "b7ad6b7169203331",
        },
    )
    expected = {
        "Process": "invoice-to-cash",
        "TransactionKey": "invoice-to-cash/INV-1",
        "Step": "invoice.posted",
        "System": "netsuite",
        "EntityTypes": ["invoice", "account", "time_entry", "time_entry", "project", "project"],
        "EntityIds": ["INV-1", "ACC-7", "TE-1", "TE-2", "PRJ=1", "PRJ-2"],
        "AliasTypes": ["invoice", "invoice"],
        "AliasIds": ["10077", "006X"],
        "AttributeTypes": ["account", "account"],
        "AttributeKeys": ["tier", "crm.name"],
        "AttributeValues": ["platinum", "Acme"],
        "Outcome": "rejected",
        "Amount": Decimal("-48200.123456789"),
        "Currency": "EUR",
        "AllocationTypes": ["project", "project"],
        "AllocationIds": ["PRJ=1", "PRJ-2"],
        "AllocationAmounts": [Decimal(100), Decimal(-50)],
        "Quantity": Decimal("7.5"),
        "Unit": "hours",
        "LegalEntity": "Acme GmbH",
        "Region": "emea",
        "DueAt": datetime(2026, 3, 31, 22),  # noqa: DTZ001  the client returns naive UTC
        "IdempotencyKey": "k-1",
        "Attempt": 3,
        "ReplayOf": "00f067aa0ba902b7",
        "ErrorKind": "closed_period",
        "ErrorCode": "PERIOD_CLOSED",
        "ErrorMessage": "The period is closed.",
        "ErrorRetryable": False,
        "Impact": "revenue",
        "RecordCount": 40,
        "ProducerId": "p-1",
        "ProducerSeq": 2**40,
        "Announces": "b7ad6b7169203331",
        "Problems": [],
    }
    assert {name: row[name] for name in expected} == expected
    assert row["OccurredAt"] == row["Timestamp"] + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("transaction", "process", "key"),
    [
        ("invoice-to-cash/INV-1", "", "invoice-to-cash/INV-1"),
        ("a/b", "invoice-to-cash", "a/b"),
        ("INV-1", "invoice-to-cash", "invoice-to-cash/INV-1"),
        ("INV-1", "", "INV-1"),
        ("", "invoice-to-cash", ""),
    ],
)
def test_the_transaction_key(sender: Sender, transaction: str, process: str, key: str) -> None:
    given = {"business.transaction": transaction, "business.process": process}
    assert row_of(sender, {name: value for name, value in given.items() if value})["TransactionKey"] == key


def test_an_id_scope_stands_before_entity_and_allocation_ids_but_not_before_aliases(sender: Sender) -> None:
    row = row_of(
        sender,
        INVOICE
        | {
            "business.id_scope": "us",
            "business.alias.invoice": ["7"],
            "business.amount": "1",
            "business.currency": "USD",
            "business.allocation.invoice": ["INV-1=1"],
        },
    )
    assert (row["EntityIds"], row["AllocationIds"], row["AliasIds"]) == (["us/INV-1"], ["us/INV-1"], ["7"])


def test_an_id_that_is_a_number_or_in_a_list_of_numbers_is_an_id(sender: Sender) -> None:
    row = row_of(sender, {"business.entity.invoice": 1042, "business.entity.task": [1, 2]})
    assert sorted(zip(row["EntityTypes"], row["EntityIds"], strict=True)) == [
        ("invoice", "1042"),
        ("task", "1"),
        ("task", "2"),
    ]


@pytest.mark.parametrize(
    ("outcome", "status", "step", "expected"),
    [
        (None, Status.STATUS_CODE_UNSET, "invoice.posted", "success"),
        (None, Status.STATUS_CODE_ERROR, "invoice.posted", "failure"),
        (None, Status.STATUS_CODE_ERROR, None, ""),
        ("skipped", Status.STATUS_CODE_ERROR, "invoice.posted", "skipped"),
    ],
)
def test_the_outcome(
    sender: Sender, outcome: str | None, status: Status.StatusCode.ValueType, step: str | None, expected: str
) -> None:
    given = {"business.outcome": outcome, "business.step": step}
    sent = {name: value for name, value in given.items() if value}
    assert row_of(sender, sent, status=Status(code=status))["Outcome"] == expected


@pytest.mark.parametrize(
    "text",
    ["1948-02-29T12:30:00.123456789Z", "1948-02-29t14:30:00.123456789+02:00", "1948-02-29 07:30:00.123456789-05:00"],
)
def test_occurred_at_reaches_back_to_1948(sender: Sender, text: str) -> None:
    assert sender.send(request(span({"business.occurred_at": text}))).status_code == 200
    row = sender.row("toString(OccurredAt) AS At, Problems")
    assert row == {"At": "1948-02-29 12:30:00.123456789", "Problems": []}


@pytest.mark.parametrize(
    ("values", "problem", "empty"),
    [
        ({"business.amount": "12,50", "business.currency": "EUR"}, "amount_not_a_number", "Amount"),
        ({"business.amount": "1.0000000001", "business.currency": "EUR"}, "amount_not_a_number", "Amount"),
        ({"business.amount": "1e30", "business.currency": "EUR"}, "amount_not_a_number", "Amount"),
        ({"business.amount": "12.50"}, "amount_without_currency", "Currency"),
        ({"business.amount": "1", "business.currency": "Euro"}, "unknown_currency", "Currency"),
        ({"business.amount": "1", "business.currency": "EUX"}, "unknown_currency", None),
        ({"business.step": "invoice.posted"}, "step_without_entity", "EntityIds"),
        ({"business.quantity": "seven"}, "quantity_not_a_number", "Quantity"),
        ({"business.occurred_at": "yesterday"}, "occurred_at_unreadable", None),
        ({"business.occurred_at": "2026-02-30T00:00:00Z"}, "occurred_at_unreadable", None),
        ({"business.occurred_at": "2026-02-03"}, "occurred_at_unreadable", None),
        ({"business.occurred_at": "2026-02-03T25:00:00Z"}, "occurred_at_unreadable", None),
        ({"business.due_at": "soon"}, "due_at_unreadable", "DueAt"),
        ({"business.allocation.invoice": ["INV-1"]}, "allocation_unreadable", "AllocationIds"),
        ({"business.allocation.invoice": ["INV-1=ten"]}, "allocation_unreadable", "EntityIds"),
        ({"business.alias.invoice": ["7"]}, "alias_ambiguous", "AliasIds"),
        (
            {"business.entity.invoice": ["INV-1", "INV-2"], "business.alias.invoice": ["7"]},
            "alias_ambiguous",
            "AliasIds",
        ),
        (
            {"business.step": "invoice.posted", "business.entity.invoice": "INV-1", "business.outcome": "fine"},
            "unknown_outcome",
            None,
        ),
    ],
)
def test_what_cannot_be_read_is_named_and_the_span_is_kept(
    sender: Sender, values: dict[str, Any], problem: str, empty: str | None
) -> None:
    row = row_of(sender, values)
    assert row["Problems"] == [problem]
    assert empty is None or row[empty] in (None, "", [])
    if problem == "unknown_outcome":
        assert row["Outcome"] == "success"
    if problem == "occurred_at_unreadable":
        assert row["OccurredAt"] == row["Timestamp"] + timedelta(seconds=1)


def test_every_problem_has_its_sentence(shared_store: Store) -> None:
    (view,) = shared_store.rows("SELECT as_select AS Text FROM system.tables WHERE name = 'received_spans_stored'")[:1]
    (named,) = re.findall(r"\[('amount_not_a_number'.*?)\]", view["Text"], re.DOTALL)
    assert re.findall(r"'(\w+)'", named) == list(business_faults.SENTENCES)


def test_a_name_without_its_type_or_key_is_an_ordinary_attribute(sender: Sender) -> None:
    given = {"business.entity.": "x", "business.attribute.account": "y", "business.attribute..k": "z"}
    row = row_of(sender, given)
    assert (row["EntityIds"], row["AttributeKeys"], row["Problems"]) == ([], [], [])
    assert row["SpanAttributes"] == given


def test_an_amount_of_nothing_is_an_amount(sender: Sender) -> None:
    row = row_of(sender, {"business.amount": "0", "business.currency": "EUR"})
    assert (row["Amount"], row["Problems"]) == (Decimal(0), [])


def test_times_that_are_missing_or_turned_round(sender: Sender, clock: Clock) -> None:
    stored = START + 10**15
    clock.now = stored
    try:
        sender.send(request(span(name="a", start_time_unix_nano=0, end_time_unix_nano=0)))
    finally:
        clock.now = None
    sender.send(request(span(name="b", start_time_unix_nano=0)))
    sender.send(request(span(name="c", end_time_unix_nano=0)))
    sender.send(request(span(name="d", end_time_unix_nano=START - 5)))
    sender.send(request(span(name="e", start_time_unix_nano=2**64 - 1, end_time_unix_nano=2**64 - 1)))
    rows = sender.rows(
        "toUnixTimestamp64Nano(Timestamp) AS Start, Duration, toUnixTimestamp64Nano(OccurredAt) AS At, Problems"
    )
    end = START + 1_000_000_000
    last = 2**63 - 1
    assert [tuple(row.values()) for row in rows] == [
        (stored, 0, stored, ["time_missing"]),
        (end, 0, end, ["time_missing"]),
        (START, 0, START, ["time_missing"]),
        (START, 0, START, ["end_before_start"]),
        (last, 0, last, ["occurs_in_future"]),
    ]


def test_a_moment_after_its_storing_is_kept_and_flagged(sender: Sender, clock: Clock) -> None:
    clock.now = START + 10
    try:
        sender.send(request(span()))
    finally:
        clock.now = None
    row = sender.row("toUnixTimestamp64Nano(StoredAt) AS Stored, toUnixTimestamp64Nano(OccurredAt) AS At, Problems")
    assert row == {"Stored": START + 10, "At": START + 1_000_000_000, "Problems": ["occurs_in_future"]}


def test_of_a_key_that_stands_twice_the_first_counts(sender: Sender) -> None:
    twice = span({"business.step": "invoice.posted"})
    twice.attributes.add(key="business.step").value.CopyFrom(any_value("invoice.voided"))
    sender.send(request(twice))
    row = sender.row("Step, SpanAttributes['business.step'] AS Named")
    assert row == {"Step": "invoice.posted", "Named": "invoice.posted"}


def test_the_content_hash_is_the_contents_alone(sender: Sender) -> None:
    fixed = {"trace_id": b"\x07" * 16, "span_id": b"\x07" * 8}
    sender.send(request(span({"a": "1", "b": [1, "x"]}, name="same", **fixed)))
    sender.send(
        request(span(name="neighbour"), span({"a": "1", "b": [1, "x"]}, name="same", **fixed), span(name="next"))
    )
    sender.send_json(request(span({"a": "1", "b": [1, "x"]}, name="same", **fixed)))
    sender.send(request(span({"a": "2", "b": [1, "x"]}, name="same but one value", **fixed)))
    rows = sender.rows("SpanName, ContentHash, Batch, StoredAt")
    same = [row for row in rows if row["SpanName"] == "same"]
    assert len({row["ContentHash"] for row in same}) == 1
    assert len({row["Batch"] for row in same}) == len({row["StoredAt"] for row in same}) == 3
    assert len({row["ContentHash"] for row in rows}) == 4
