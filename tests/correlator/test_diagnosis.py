"""Why a span did not attach: each reason is found, and a span that attached says by what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spanledger_correlator.correlator import Correlator
from spanledger_correlator.diagnosis import Diagnosis
from spanledger_correlator.reading import Reading
from spanledger_store import Store

from .order_flow import DEFINITIONS
from .span_rows import SpanRow, hex_id, put

O1, O2, D1, P1 = ("order", "O1"), ("order", "O2"), ("delivery", "D1"), ("parcel", "P1")
P2, P3 = ("parcel", "P2"), ("parcel", "P3")


def handed(name: str, *entities: tuple[str, str], **more: object) -> SpanRow:
    return SpanRow(name, "parcel.handed", 10, entities, process="order-flow").having(**more)


SPANS = [
    SpanRow("placed", "order.placed", 0, (O1,)),
    SpanRow("placed too", "order.placed", 0, (O2,)),
    SpanRow("link", "", 5, (D1, O1)),
    handed("linked", D1),
    handed("unlinked", P1),
    SpanRow("crowd", "", 5, (P2, P3, O1, O2)),
    handed("crowded", P2),
    handed("placeholder", ("delivery", "N/A")),
    handed("nothing"),
    handed("only shown", ("account", "A1")),
    handed("keyed", transaction="delivery-care/D9"),
    handed("badly keyed", transaction="O1"),
    SpanRow("mistyped", "order.place", 0, (O1,)),
    SpanRow("plain", "", 0),
    SpanRow("elsewhere", "order.placed", 0, (O1,), process="delivery-care"),
    SpanRow("one", "order.placed", 0, (O1,), trace="crowded trace"),
    SpanRow("two", "order.placed", 0, (O2,), trace="crowded trace"),
    handed("lost", trace="crowded trace"),
]


@pytest.fixture(scope="module")
def told(engine_directory: Path) -> Iterator[Store]:
    with Store.open(f"chdb://{engine_directory}?database=test_diagnosis") as store:
        store.migrate()
        put(store, *SPANS)
        put(store, SpanRow("placed too", "order.placed", 0, (O2,), duration_ns=1_000_000))
        Correlator(store, DEFINITIONS).catch_up()
        put(store, SpanRow("late", "order.placed", 0, (O2,)))
        yield store
        store.command("DROP DATABASE test_diagnosis SYNC")


def why(store: Store, name: str) -> Diagnosis:
    found = Reading(store, DEFINITIONS, "default", now=datetime(2026, 4, 1, tzinfo=UTC)).diagnose(hex_id(name, 8))
    assert isinstance(found, Diagnosis)
    return found


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("unlinked", "no_link"),
        ("crowded", "lists_on_both_sides"),
        ("nothing", "no_entity"),
        ("only shown", "not_stitched_by"),
        ("mistyped", "unknown_step"),
        ("plain", "no_step"),
        ("elsewhere", "other_process"),
        ("lost", "ambiguous_trace"),
        ("late", "not_counted_yet"),
    ],
)
def test_a_span_that_belongs_to_none_says_what_it_lacks(told: Store, name: str, code: str) -> None:
    found = why(told, name)
    assert [(one["transaction"], one["rule"]) for one in found.attached] == []
    assert [one.code for one in found.findings] == [code]
    assert all(one.what.endswith((".", "!")) and one.do for one in found.findings)


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("placeholder", ["placeholder", "no_entity"]),
        ("keyed", ["key_of_other_process", "no_entity"]),
        ("badly keyed", ["key_malformed", "no_entity"]),
    ],
)
def test_what_was_meant_to_attach_it_and_does_not_is_told_first(told: Store, name: str, codes: list[str]) -> None:
    assert [one.code for one in why(told, name).findings] == codes


def test_a_span_that_attached_says_by_which_rule_key_and_carrier(told: Store) -> None:
    (one,) = why(told, "linked").attached
    assert (one["transaction"], one["rule"], one["key"]) == ("order-flow/O1", 3, "delivery:D1")
    assert one["carrier_span_id"] == hex_id("link", 8)


def test_a_worse_copy_is_told_of(told: Store) -> None:
    found = why(told, "placed too")
    assert [one["transaction"] for one in found.attached] == ["order-flow/O2"]
    assert [one.code for one in found.findings] == ["superseded_copy"]


def test_a_span_that_is_not_there_is_no_diagnosis(told: Store) -> None:
    assert Reading(told, DEFINITIONS, "default").diagnose("0" * 16) == []
    assert Reading(told, DEFINITIONS, "other").diagnose(hex_id("linked", 8)) == []


def test_a_reason_as_of_a_moment(told: Store) -> None:
    early = Reading(told, DEFINITIONS, "default", as_of=datetime(2026, 3, 1, tzinfo=UTC))
    assert early.diagnose(hex_id("linked", 8)) == []
