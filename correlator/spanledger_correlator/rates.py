"""Exchange rates in the store: every version of each is kept, so that a past answer finds the rates that it had.

An amount in another currency is valued at the day of the clock, not of its posting: money that is still to come is
worth what it is worth now (IAS 21.23: monetary items at the closing rate). Kept states know no rates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from spanledger_correlator.definition.model import Rate
from spanledger_correlator.statements import statement
from spanledger_store import Store

OLDEST_DAYS: Final = 31
"""The rate of the day counts, else the newest before it; a table with a rate a month has one for every day."""


def record(store: Store, rates: Iterable[Rate]) -> int:
    """Keep these rates as the ones that count from now on; returns how many are new, changed or withdrawn."""
    wanted = {(rate.day, rate.source, rate.target): rate.rate for rate in rates}
    kept = {
        (_day(day), source, target): rate
        for day, source, target, rate in store.query(statement("rates/kept")).result_rows
    }
    rows = [
        [*key, rate, withdrawn]
        for withdrawn, these, others in ((False, wanted, kept), (True, kept, wanted))
        for key, rate in these.items()
        if (key not in others if withdrawn else others.get(key) != rate)
    ]
    if rows:
        store.insert("exchange_rates", rows, ["Day", "FromCurrency", "ToCurrency", "Rate", "Withdrawn"])
    return len(rows)


@dataclass(frozen=True)
class RatesOfDay:
    """The rates by which amounts are valued on a day, by pair of currencies."""

    day: date
    rates: dict[tuple[str, str], Rate]

    def find(self, source: str, target: str) -> Rate | None:
        """The rate of a pair, and of which day it is; of a currency in itself always 1."""
        return Rate(self.day, source, target, Decimal(1)) if source == target else self.rates.get((source, target))


def rates_of_day(store: Store, clock: datetime, known_until: datetime) -> RatesOfDay:
    """The rates at a clock, by what was recorded until a moment."""
    day = clock.astimezone(UTC).date()
    rows = store.query(
        statement("rates/of_day"), {"day": day, "oldest": OLDEST_DAYS, "known_until": known_until}
    ).result_rows
    found = [Rate(_day(of), source, target, Decimal(rate)) for of, source, target, rate in rows]
    return RatesOfDay(day, {(rate.source, rate.target): rate for rate in found})


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value
