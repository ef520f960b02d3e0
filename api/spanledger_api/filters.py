"""From filters to a WHERE clause over the verdicts. Every value is bound; every expression is written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from spanledger_api.moments import rfc3339
from spanledger_api.parameters import Filters

_COLUMNS = {
    "process": "Process",
    "entity": "RootType",
    "waiting_for": "WaitingFor",
    "reason": "WhyKind",
    "owner": "Owner",
    "severity": "Severity",
    "impact": "Impact",
    "sla": "SlaState",
    "legal_entity": "LegalEntity",
    "region": "Region",
    "client": "ClientName",
}
_SEARCHED = "concat(Key, ' ', ClientName, ' ', arrayStringConcat(Related.Id, ' '))"
OPEN, WHOLE = "OpenAmounts", "Amounts"
"""The money by currency: the part at stake, and all of it."""


def in_currency(money: str) -> str:
    """Of a column of money the amount in the currency asked for."""
    return f"{money}[indexOf(Currencies, {{q_currency:String}})]"


@dataclass
class Where:
    """Conditions that all hold, and the values bound in them."""

    conditions: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def add(self, condition: str, **values: Any) -> None:
        """One more condition; the names of its values begin with `q_`."""
        self.conditions.append(condition)
        self.values.update(values)

    def among(self, parameters: BaseModel, columns: Mapping[str, str]) -> None:
        """Each column holds one of the values that the parameter of that name asks for, where it asks for any."""
        for name, column in columns.items():
            if wanted := getattr(parameters, name):
                self.add(f"has({{q_{name}:Array(String)}}, {column})", **{f"q_{name}": list(wanted)})

    def words(self, searched: str, words: str | None) -> None:
        """Every one of the words stands in the text `searched`, in any case."""
        if words is not None:
            found = f"arrayAll(word -> positionCaseInsensitiveUTF8({searched}, word) > 0, {{q_words:Array(String)}})"
            self.add(found, q_words=words.split())

    def money(self, money: str, currency: str | None, least: Decimal | None) -> None:
        """There is money in that currency, in the column `money` at least so much."""
        if currency is not None:
            self.add("has(Currencies, {q_currency:String})", q_currency=currency)
            if least is not None:
                self.add(f"{in_currency(money)} >= {{q_min_amount:Decimal(38, 9)}}", q_min_amount=f"{least:f}")

    @property
    def sql(self) -> str:
        """`WHERE …`, or nothing."""
        return f"WHERE {' AND '.join(self.conditions)}" if self.conditions else ""


def where(filters: Filters, money: str = WHOLE) -> Where:
    """The conditions for the filters that lists of transactions share; `money` is what `min_amount` is held against."""
    clause = Where()
    clause.among(filters, _COLUMNS)
    clause.words(_SEARCHED, filters.q)
    clause.money(money, filters.currency, filters.min_amount)
    return clause


def bound_moment(moment: datetime) -> str:
    """A moment as `DateTime64(9, 'UTC')` binds it, to the microsecond."""
    return rfc3339(moment).replace("T", " ").removesuffix("Z")
