"""A back-test: the same definition changes nothing; a changed one changes what an independent count says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from spanledger_correlator.backtest import Outcome, Trial, backtest
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store

from .span_rows import EPOCH, STORED, SpanRow, put

TEXT = """
process: ticket-care
version: 1
effective_from: 2020-01-01
impact: client
entity: ticket
joined_by: [visit]
amount_from: ticket.opened
steps:
  - {step: ticket.opened, system: desk, start: true}
  - {step: ticket.closed, system: desk, within: 9d, of: ticket.opened, end: true}
sla: {target: 12d}
"""
CURRENT = parse_definition(TEXT)
DAY = 24 * 60
UNTIL = EPOCH + timedelta(days=18)
OPENED = range(40)


def closes(number: int) -> int | None:
    """After how many days the ticket of that number is closed; every fifth never is."""
    return None if number % 5 == 0 else number % 13 + 1


def currency(number: int) -> str:
    return "EUR" if number % 2 else "USD"


def spans() -> Iterator[SpanRow]:
    for number in OPENED:
        day, ticket, length = number % 10, ("ticket", f"T{number}"), closes(number)
        money = (f"{number}.25", currency(number))
        yield SpanRow(f"o{number}", "ticket.opened", day * DAY, (ticket,), amount=money)
        if length is not None:
            yield SpanRow(f"c{number}", "ticket.closed", (day + length) * DAY, (ticket,))
    yield SpanRow("other", "ticket.opened", 0, (("ticket", "T0"),), tenant="other")
    yield SpanRow("v", "visit.made", 5 * DAY, (("visit", "V1"),))
    yield SpanRow("l", "", 5 * DAY, (("visit", "V1"), ("ticket", "T1")))


@pytest.fixture(scope="module")
def history(engine_directory: Path) -> Iterator[Store]:
    with Store.open(f"chdb://{engine_directory}?database=test_backtest") as store:
        store.migrate()
        put(store, *(span.having(stored_at=STORED) for span in spans()))
        Correlator(store, Definitions([CURRENT])).catch_up()
        yield store
        store.command("DROP DATABASE test_backtest SYNC")


def tried(store: Store, text: str) -> Outcome:
    trial = Trial([CURRENT], parse_definition(text), "default", EPOCH, UNTIL)
    return backtest(store, trial)


def test_moments_are_the_ends_of_weeks_and_now() -> None:
    moments = Trial([CURRENT], CURRENT, "default", EPOCH + timedelta(days=1), UNTIL).moments
    assert [moment.isoformat()[:16] for moment in moments] == [
        "2026-03-09T00:00",
        "2026-03-16T00:00",
        "2026-03-20T09:00",
    ]


def test_the_same_definition_changes_nothing(history: Store) -> None:
    outcome = tried(history, TEXT)
    assert not outcome.worse
    assert {change.transactions for found in outcome.moments.values() for change in found.values()} == {0}


def test_another_deadline_and_target_change_what_an_independent_count_says(history: Store) -> None:
    before = history.query("SELECT count(), max(Version) FROM transactions").result_rows
    outcome = tried(history, TEXT.replace("9d", "3d").replace("12d", "7d"))
    wanted: dict[str, dict[datetime, list[int]]] = {"stuck": {}, "breached": {}}
    for moment in outcome.moments:
        day = (moment - EPOCH) / timedelta(days=1)
        for number in OPENED:
            age, length = day - number % 10, closes(number)
            if age < 0:
                continue
            closed = length is not None and age >= length
            if not closed and 3 < age <= 9:
                wanted["stuck"].setdefault(moment, []).append(number)
            took = length if closed and length is not None else age
            if 7 < took <= 12:
                wanted["breached"].setdefault(moment, []).append(number)
    for change, by_moment in wanted.items():
        for moment, found in outcome.moments.items():
            numbers = by_moment.get(moment, [])
            money: dict[str, Decimal] = {}
            for number in numbers:
                money[currency(number)] = money.get(currency(number), Decimal(0)) + Decimal(f"{number}.25")
            assert (found[change].transactions, found[change].money) == (len(numbers), money), (change, moment)
            assert found["quiet"].transactions == 0
        distinct = {number for numbers in by_moment.values() for number in numbers}
        assert outcome.in_all[change].transactions == len(distinct) > 0
    assert outcome.worse
    assert history.query("SELECT count(), max(Version) FROM transactions").result_rows == before


def test_more_time_makes_quiet_and_is_no_change_for_the_worse(history: Store) -> None:
    outcome = tried(history, TEXT.replace("9d", "90d").replace("12d", "120d"))
    assert not outcome.worse
    assert outcome.in_all["quiet"].transactions > 0
    assert all(root.startswith("T") for root in outcome.in_all["quiet"].examples)


def test_a_step_that_the_current_definition_does_not_read_is_read(history: Store) -> None:
    fewer = tried(history, TEXT.replace("ticket.closed,", "visit.made,"))
    closed_in_time = {f"T{number}" for number in OPENED if (closes(number) or 99) <= 9}
    assert fewer.in_all["stuck"].transactions > 0
    assert set(fewer.in_all["stuck"].examples) & closed_in_time
    assert "T1" not in fewer.in_all["stuck"].examples


def test_a_process_that_is_new_is_compared_with_none(history: Store) -> None:
    outcome = tried(history, TEXT.replace("ticket-care", "ticket-watch").replace("9d", "1d"))
    stuck = set()
    for moment in outcome.moments:
        day = (moment - EPOCH) / timedelta(days=1)
        stuck |= {number for number in OPENED if 1 < day - number % 10 < (closes(number) or 99)}
    assert outcome.in_all["stuck"].transactions == len(stuck)


def test_no_branch_is_left(history: Store) -> None:
    assert history.command("SELECT count() FROM system.databases WHERE name LIKE 'test_backtest\\\\_%'") == 0
