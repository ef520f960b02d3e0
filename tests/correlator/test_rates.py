"""Rates in the store and in a verdict: of which day, known when, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from spanledger_correlator import rates
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.model import Definitions, Rate
from spanledger_correlator.reading import Reading
from spanledger_store import Store

from .charge_flow import DEFINITIONS, charge
from .span_rows import EPOCH, STORED, put

DAY = date(2026, 3, 23)
CLOCK = datetime(2026, 3, 23, 12, tzinfo=UTC)
LATER = datetime(2099, 1, 1, tzinfo=UTC)


def rate(day: date, number: str, source: str = "USD") -> Rate:
    return Rate(day, source, "EUR", Decimal(number))


@pytest.fixture(scope="module")
def store(engine_directory: Path) -> Iterator[Store]:
    with Store.open(f"chdb://{engine_directory}?database=test_rates") as store:
        store.migrate()
        put(
            store,
            charge("usd", "sent", 0).having(amount=("109", "USD")),
            charge("gbp", "sent", 0).having(amount=("99", "GBP"), entities=(("charge", "C2"),)),
            charge("eur", "sent", 0, "100").having(entities=(("charge", "C3"),)),
        )
        Correlator(store, DEFINITIONS).catch_up()
        yield store
        store.command("DROP DATABASE test_rates SYNC")


@pytest.fixture(autouse=True)
def no_rates(store: Store) -> None:
    store.command("TRUNCATE TABLE exchange_rates")


def verdicts(store: Store, table: list[Rate], **moment: Any) -> dict[str, tuple[str, list[str]]]:
    """Severity and missing rates by root, where these rates are declared."""
    rates.record(store, table)
    reading = Reading(store, Definitions(DEFINITIONS, rates=table), "default", **({"now": CLOCK} | moment))
    rows = store.rows(f"SELECT * FROM {reading.relation.sql}", reading.relation.parameters)
    return {row["RootId"]: (row["Severity"], row["RateMissing"]) for row in rows}


def found(store: Store, day: date, known_until: datetime = LATER) -> tuple[date, Decimal] | None:
    clock = datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
    one = rates.rates_of_day(store, clock, known_until).find("USD", "EUR")
    return None if one is None else (one.day, one.rate)


def test_the_rate_of_the_day_or_the_newest_before(store: Store) -> None:
    rates.record(store, [rate(DAY, "0.9"), rate(DAY - timedelta(days=3), "0.8"), rate(DAY + timedelta(days=1), "7")])
    assert found(store, DAY) == (DAY, Decimal("0.9"))
    assert found(store, DAY - timedelta(days=1)) == (DAY - timedelta(days=3), Decimal("0.8"))
    assert found(store, DAY - timedelta(days=4)) is None


def test_a_rate_older_than_a_month_is_none(store: Store) -> None:
    rates.record(store, [rate(DAY, "0.9")])
    assert found(store, DAY + timedelta(days=rates.OLDEST_DAYS)) == (DAY, Decimal("0.9"))
    assert found(store, DAY + timedelta(days=rates.OLDEST_DAYS + 1)) is None


def test_a_corrected_or_withdrawn_rate_counts_from_then_on(store: Store) -> None:
    assert rates.record(store, [rate(DAY, "0.9")]) == 1
    assert rates.record(store, [rate(DAY, "0.9")]) == 0
    first = datetime.now(UTC)
    assert rates.record(store, [rate(DAY, "0.95")]) == 1
    assert found(store, DAY) == (DAY, Decimal("0.95"))
    assert found(store, DAY, first) == (DAY, Decimal("0.9"))
    assert rates.record(store, []) == 1
    assert found(store, DAY) is None
    assert rates.record(store, [rate(DAY, "0.95")]) == 1
    assert found(store, DAY) == (DAY, Decimal("0.95"))


def test_an_inverse_is_not_guessed(store: Store) -> None:
    rates.record(store, [rate(DAY, "0.9")])
    assert rates.rates_of_day(store, CLOCK, LATER).find("EUR", "USD") is None


def test_a_severity_rule_values_other_currencies(store: Store) -> None:
    table = [rate(DAY, "0.917431192661"), rate(DAY, "1.02", "GBP")]
    assert verdicts(store, table) == {"C1": ("critical", []), "C2": ("critical", []), "C3": ("critical", [])}


def test_a_rate_that_is_just_too_low_does_not_match(store: Store) -> None:
    assert verdicts(store, [rate(DAY, "0.917431192660")])["C1"] == ("low", [])


def test_without_a_rate_the_rule_does_not_match_and_says_so(store: Store) -> None:
    for table in ([], [rate(DAY, "2", "GBP")]):
        assert verdicts(store, table)["C1"] == ("low", ["USD/EUR"])
    assert verdicts(store, [])["C3"] == ("critical", [])


def test_as_known_then_a_past_answer_has_the_rates_of_then(store: Store) -> None:
    table = [rate(EPOCH.date(), "5")]
    at = STORED + timedelta(hours=1)
    assert verdicts(store, table, as_of=at, known="then")["C1"] == ("low", ["USD/EUR"])
    assert verdicts(store, table, as_of=at, known="now")["C1"] == ("critical", [])
