"""Kept verdicts are those that judging every state anew would give, at whatever clocks they are asked for."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spanledger_correlator import kept_verdicts, rates
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.model import Definitions, Rate
from spanledger_correlator.rates import rates_of_day
from spanledger_correlator.reading import Reading
from spanledger_correlator.verdicts import verdicts
from spanledger_store import Store

from .span_rows import EPOCH, SpanRow, put
from .test_verdict import DEFINITIONS as PLAIN
from .test_verdict import spans_of

TABLE = [Rate(date(2026, 3, 2), "USD", "EUR", Decimal("0.3")), Rate(date(2026, 3, 3), "USD", "EUR", Decimal("0.9"))]
DEFINITIONS = Definitions(PLAIN, PLAIN.calendars.values(), rates=TABLE)
TRANSACTIONS = 150
TICK = timedelta(microseconds=1)
FEW = settings(
    max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
MANY = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def store(engine_directory: Path) -> Iterator[Store]:
    with Store.open(f"chdb://{engine_directory}?database=kept_verdicts") as store:
        store.migrate()
        rates.record(store, TABLE)
        dice = random.Random(7)
        for number in range(TRANSACTIONS):
            put(store, *spans_of(dice, number)[1])
        Correlator(store, DEFINITIONS).catch_up()
        yield store
        store.command("DROP DATABASE kept_verdicts SYNC")


def kept(store: Store, clock: datetime) -> list[dict[str, Any]]:
    """What a question at the clock finds."""
    relation = Reading(store, DEFINITIONS, "default", now=clock).relation
    return store.rows(f"SELECT * FROM {relation.sql} ORDER BY Key", relation.parameters)


def judged(store: Store, clock: datetime) -> list[dict[str, Any]]:
    """Every state judged at the clock, with nothing kept."""
    relation = verdicts("(SELECT * FROM transactions FINAL)", rates_of_day(store, clock, datetime.now(UTC)))
    sql = f"SELECT {kept_verdicts.COLUMNS} FROM {relation.sql} ORDER BY Key"
    return store.rows(sql, {**relation.parameters, "now": clock})


def borders(store: Store) -> list[datetime]:
    """The moments around which verdicts change, as far as they are kept just now."""
    sql = "SELECT DISTINCT arrayJoin([HoldsFrom, HoldsUntil]) FROM verdicts FINAL ORDER BY 1"
    found = [row[0].replace(tzinfo=UTC) for row in store.query(sql).result_rows]
    return [one for one in found if EPOCH - timedelta(days=1) < one < EPOCH + timedelta(days=400)]


def same(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    assert [row["Key"] for row in found] == [row["Key"] for row in wanted]
    differing = [
        (one["Key"], column, one[column], other[column])
        for one, other in zip(found, wanted, strict=True)
        for column in one
        if one[column] != other[column]
    ]
    assert differing == []


def walk(store: Store, examples: settings) -> None:
    @examples
    @given(
        places=st.lists(st.tuples(st.floats(0, 1), st.sampled_from([-TICK, timedelta(), TICK])), min_size=1, max_size=8)
    )
    def every_clock_finds_its_verdicts(places: list[tuple[float, timedelta]]) -> None:
        for place, beside in places:
            known = borders(store)
            clock = known[round(place * (len(known) - 1))] + beside
            same(kept(store, clock), judged(store, clock))

    every_clock_finds_its_verdicts()


def test_at_whatever_clock(store: Store) -> None:
    walk(store, FEW)


@pytest.mark.long
def test_at_whatever_clock_in_many_walks(store: Store) -> None:
    walk(store, MANY)


def test_a_verdict_that_holds_is_not_judged_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = EPOCH + timedelta(minutes=33)
    kept(store, clock)
    judgements: list[datetime] = []
    keep = kept_verdicts.keep

    def watched(store: Store, states: str, clock: datetime, of_day: rates.RatesOfDay) -> None:
        judgements.append(clock)
        keep(store, states, clock, of_day)

    monkeypatch.setattr(kept_verdicts, "keep", watched)
    upcoming = next(one for one in borders(store) if one > clock)
    kept(store, clock + (upcoming - clock) / 2)
    assert judgements == []
    kept(store, upcoming + TICK)
    assert judgements == [upcoming + TICK]


def test_other_rates_judge_what_is_open_again(store: Store) -> None:
    clock = datetime(2026, 3, 3, 12, tzinfo=UTC)
    same(kept(store, clock), judged(store, clock))
    before = {row["Key"]: row["Severity"] for row in kept(store, clock)}
    try:
        rates.record(store, [Rate(date(2026, 3, 3), "USD", "EUR", Decimal("0.00001"))])
        after = kept(store, clock)
        same(after, judged(store, clock))
        assert {row["Key"]: row["Severity"] for row in after} != before
    finally:
        rates.record(store, TABLE)


def test_the_open_ones_are_kept_beside(store: Store) -> None:
    columns = "* EXCEPT (Deleted)"
    found = store.rows(f"SELECT {columns} FROM open_verdicts FINAL ORDER BY Key")
    assert found == store.rows(f"SELECT {columns} FROM verdicts FINAL WHERE Status = 'open' ORDER BY Key")
    assert found


def test_what_a_killed_correlator_did_not_judge_is_judged_at_the_next_start(store: Store) -> None:
    clock = datetime.now(UTC)
    put(store, SpanRow("left", "case.opened", 5, (("case", "LEFT"),)))
    correlator = Correlator(store, DEFINITIONS)
    correlator.catch_up()
    for table in ("verdicts", "open_verdicts"):
        store.command(f"DELETE FROM {table} WHERE RootId = 'LEFT'")
    assert not [row for row in kept(store, clock) if row["RootId"] == "LEFT"]
    kept_verdicts.recover(store, clock, rates_of_day(store, clock, clock))
    same(kept(store, clock), judged(store, clock))
    assert [row["Status"] for row in kept(store, clock) if row["RootId"] == "LEFT"] == ["open"]
