"""Verdicts: what states come to at a clock, as one relation for whoever reads them (`sql/verdicts/verdict.sql`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spanledger_correlator.rates import RatesOfDay
from spanledger_correlator.statements import statement

_OWN = "arrayZip(t.Currencies, t.OpenAmounts)"
_CONVERTED = """arrayConcat(
        arrayMap((own, amount) -> (toString(own), toDecimal256(amount, 21)), t.Currencies, t.OpenAmounts),
        arrayFlatten(arrayMap(
            (own, amount) -> arrayMap(
                rate -> (rate.2, toDecimal256(amount, 9) * toDecimal256(rate.3, 12)),
                arrayFilter(
                    rate -> t.Status = 'open' AND rate.1 = own, {rates:Array(Tuple(String, String, String))})),
            t.Currencies, t.OpenAmounts)))"""
"""What a test of an amount is held against: the money at stake, and, of what is open, its worth in other currencies."""
_UNRATED = "[('', '')]"
_RATED = "arrayMap(rate -> (rate.1, rate.2), {rates:Array(Tuple(String, String, String))})"


@dataclass(frozen=True)
class Relation:
    """A parenthesised SELECT and the values bound in it."""

    sql: str
    parameters: Mapping[str, Any]


def verdicts(states: str, rates: RatesOfDay) -> Relation:
    """One row per state of the relation `states`, judged; the reader binds `tenant` and `now` as well."""
    rated = [(*pair, f"{rate.rate:f}") for pair, rate in rates.rates.items()]
    sql = statement(
        "verdicts/verdict",
        states=states,
        held=_CONVERTED if rated else _OWN,
        rated=_RATED if rated else _UNRATED,
    )
    return Relation(f"({sql})", {"rates": rated} if rated else {})
