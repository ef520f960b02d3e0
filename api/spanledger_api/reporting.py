"""Totals and ranking in one reporting currency, where a question asks for it: what was converted, by which rate of
which day, and what had none. Rates are those of the clock's day; each currency's sum is rounded to cents, half to even.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from pydantic import BaseModel, Field

from spanledger_api.money import Total, plain
from spanledger_correlator.definition.model import Rate
from spanledger_correlator.rates import RatesOfDay

_CENT = Decimal("0.01")


class RateView(BaseModel):
    """A rate that was used: one of `source` is `rate` of the reporting currency."""

    source: str = Field(description="ISO 4217.", examples=["USD"])
    rate: str = Field(description="A decimal as a string.", examples=["0.9246"])
    of: date = Field(description="Of which day it is: the clock's, or the newest before it in the last 31 days.")


class ReportingTotal(BaseModel):
    """The totals in one currency."""

    currency: str = Field(description="The reporting currency asked for.", examples=["EUR"])
    amount: str = Field(description="The sum of what could be converted, to the cent.", examples=["48200.00"])
    rates: list[RateView] = Field(description="By which rates.")
    rate_missing: list[Total] = Field(description="The totals that had no rate, and are not in the sum.")


@dataclass(frozen=True)
class Reporting:
    """How money is converted into one currency at a clock."""

    currency: str
    rates: RatesOfDay

    def rate(self, source: str) -> Rate | None:
        """The rate of a currency; None without one."""
        return self.rates.find(source, self.currency)

    @property
    def rated(self) -> list[tuple[str, Decimal]]:
        """Every currency that can be converted, with its rate."""
        found = [(rate.source, rate.rate) for rate in self.rates.rates.values() if rate.target == self.currency]
        return [(self.currency, Decimal(1)), *found]

    def sum(self, money: Iterable[tuple[str, Decimal]]) -> str | None:
        """The sum in the reporting currency of what has a rate; None if nothing has."""
        parts = [converted for source, amount in money if (converted := self._convert(source, amount)) is not None]
        return plain(sum(parts, Decimal(0))) if parts else None

    def total(self, totals: Sequence[Total]) -> ReportingTotal:
        """Totals by currency as one."""
        used = [rate for total in totals if (rate := self.rate(total.currency)) and rate.source != self.currency]
        return ReportingTotal(
            currency=self.currency,
            amount=self.sum((total.currency, Decimal(total.amount)) for total in totals) or "0.00",
            rates=[RateView(source=rate.source, rate=f"{rate.rate.normalize():f}", of=rate.day) for rate in used],
            rate_missing=[total for total in totals if self.rate(total.currency) is None],
        )

    def _convert(self, source: str, amount: Decimal) -> Decimal | None:
        rate = self.rate(source)
        return None if rate is None else (amount * rate.rate).quantize(_CENT, ROUND_HALF_EVEN)
