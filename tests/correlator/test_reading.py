"""Reading as of a moment: as known then, or as known now of what had happened by then (DESIGN section 1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from spanledger_correlator.correlator import Correlator
from spanledger_correlator.reading import Reading
from spanledger_store import Store

from .order_flow import DEFINITIONS
from .span_rows import EPOCH, STORED, SpanRow, put
from .telling import Found, told

O1, O2, D1 = ("order", "O1"), ("order", "O2"), ("delivery", "D1")
EARLY = STORED - timedelta(days=10)
HOUR = timedelta(hours=1)
MS = 1_000_000


def placed(name: str, *entities: tuple[str, str], at: float = 0, **more: Any) -> SpanRow:
    return SpanRow(name, "order.placed", at, entities).having(**more)


def handed(name: str, *entities: tuple[str, str], at: float = 10, **more: Any) -> SpanRow:
    return SpanRow(name, "parcel.handed", at, entities, process="order-flow").having(**more)


def minute(number: float) -> datetime:
    return EPOCH + timedelta(minutes=number)


@told([placed("a", O1, stored_at=EARLY), handed("b", O1)])
def test_then_only_what_was_stored_by_then_was_known(found: Found) -> None:
    assert found.as_of(EARLY - HOUR) == {}
    assert found.as_of(EARLY)["order-flow/O1"]["StepAttempts"] == [1, 0, 0, 0]
    assert found.as_of(STORED)["order-flow/O1"]["StepAttempts"] == [1, 0, 0, 1]


@told([placed("a", O1), handed("b", O1)])
def test_now_all_that_had_happened_by_then_is_known(found: Found) -> None:
    assert found.as_of(minute(-1), "now") == {}
    assert found.as_of(minute(9), "now")["order-flow/O1"]["StepAttempts"] == [1, 0, 0, 0]
    assert found.as_of(minute(10), "now")["order-flow/O1"]["StepAttempts"] == [1, 0, 0, 1]
    assert found.as_of(minute(10)) == {}


@told([handed("h", D1, stored_at=EARLY), SpanRow("l", "", 50, (D1, O1))])
def test_a_link_that_came_later_counts_for_now_and_not_for_then(found: Found) -> None:
    assert found.as_of(EARLY) == {}
    assert found.as_of(minute(20), "now").keys() == {"order-flow/O1"}


@told(
    [
        placed("a", O1, at=5, stored_at=EARLY),
        placed("b", O2, at=3, stored_at=EARLY),
        SpanRow("l", "", 50, (O1,), aliases=(("order", "O2"),)),
    ]
)
def test_an_alias_that_came_later_counts_for_now_and_not_for_then(found: Found) -> None:
    assert found.as_of(EARLY).keys() == {"order-flow/O1", "order-flow/O2"}
    assert found.as_of(minute(20), "now").keys() == {"order-flow/O2"}
    assert found.as_of(minute(4), "now").keys() == {"order-flow/O2"}


@told([placed("a", O1, stored_at=EARLY), placed("a", O2, duration_ns=MS)])
def test_a_better_copy_that_came_later_counts_for_now_and_not_for_then(found: Found) -> None:
    assert found.as_of(EARLY).keys() == {"order-flow/O1"}
    assert found.as_of(minute(20), "now").keys() == {"order-flow/O2"}


@told([placed("a", O2, duration_ns=MS, stored_at=EARLY), placed("a", O1)])
def test_a_copy_that_came_later_and_lost_never_counted(found: Found) -> None:
    assert found.as_of(EARLY).keys() == found.as_of(STORED).keys() == {"order-flow/O2"}


@told([placed("a", O1, at=0)])
def test_a_verdict_has_the_clock_it_is_asked_for(found: Found) -> None:
    reading = Reading(found.ledger.store, found.ledger.definitions, found.tenant, as_of=STORED)
    assert reading.clock == STORED


@told([handed("h", stored_at=EARLY), handed("i", trace="t", stored_at=EARLY), placed("p", O1, trace="t")])
def test_orphans_as_of_a_moment_are_those_of_then(found: Found) -> None:
    store, definitions = found.ledger.store, found.ledger.definitions

    def orphans(moment: datetime) -> set[str]:
        reading = Reading(store, definitions, found.tenant, as_of=moment)
        return {found.ledger.names[row["TraceId"], row["SpanId"]] for row in reading.orphans()}

    assert orphans(EARLY + timedelta(minutes=59)) == set()
    assert orphans(EARLY + HOUR) == {"h", "i"}
    assert orphans(STORED + HOUR) == {"h"}


@told([placed("a", O1, at=-41_000_000)])
def test_a_clock_of_1949_is_a_clock(found: Found) -> None:
    assert found.at(-40_500_000)["order-flow/O1"]["Status"] == "open"


@told([placed("a", O1, stored_at=EARLY), placed("b", O2)])
def test_a_later_reading_of_the_thread_is_not_mistaken_for_this_one(found: Found) -> None:
    store, definitions = found.ledger.store, found.ledger.definitions
    early = Reading(store, definitions, found.tenant, as_of=EARLY)
    late = Reading(store, definitions, found.tenant, as_of=STORED)
    assert late.canonical("order", "O1") == "O1"
    for asked in (lambda: early.relation, lambda: early.open_relation, early.orphans):
        with pytest.raises(RuntimeError, match="make it anew"):
            asked()


@told([placed("a", O1, tenant="one"), SpanRow("l", "", 1, (O1, D1), tenant="one"), placed("b", O2, D1, tenant="two")])
def test_what_touches_an_entity_stays_in_its_tenant(found: Found) -> None:
    store, definitions = found.ledger.store, found.ledger.definitions
    two = Reading(store, definitions, f"{found.tenant}-two")
    assert two.transactions_touching("delivery", "D1") == [("order-flow", "O2")]
    assert two.transactions_touching("order", "O1") == []


@pytest.mark.parametrize("known", ["then", "now"])
def test_a_store_without_spans_answers(store: Store, known: Any) -> None:
    assert Reading(store, DEFINITIONS, "t", as_of=datetime(2026, 1, 1, tzinfo=UTC), known=known).orphans() == []
    Correlator(store, DEFINITIONS).catch_up()
    reading = Reading(store, DEFINITIONS, "t", as_of=datetime(2026, 1, 1, tzinfo=UTC), known=known)
    assert reading.store.rows(f"SELECT Key FROM {reading.relation.sql}", reading.relation.parameters) == []
    assert Reading(store, DEFINITIONS, "t").attachments("order-flow", "O1") == []


def test_a_moment_that_was_stored_a_nanosecond_later_is_not_known(store: Store) -> None:
    put(store, placed("a", O1))
    Correlator(store, DEFINITIONS).catch_up()
    before = Reading(store, DEFINITIONS, "default", as_of=STORED - timedelta(microseconds=1))
    assert store.rows(f"SELECT Key FROM {before.relation.sql}", before.relation.parameters) == []
