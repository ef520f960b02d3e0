"""From filters to a WHERE clause over the verdicts. Every value is bound; every expression is written here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

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
OPEN, WHOLE = (f"{column}[indexOf(Currencies, {{q_currency:String}})]" for column in ("OpenAmounts", "Amounts"))
"""The money in the currency asked for: the part at stake, and all of it."""


@dataclass
class Where:
    """Conditions that all hold, and the values bound in them."""

    conditions: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def add(self, condition: str, **values: Any) -> None:
        """One more condition; the names of its values begin with `q_`."""
        self.conditions.append(condition)
        self.values.update(values)

    @property
    def sql(self) -> str:
        """`WHERE …`, or nothing."""
        return f"WHERE {' AND '.join(self.conditions)}" if self.conditions else ""


def where(filters: Filters, money: str = WHOLE) -> Where:
    """The conditions for the filters that lists of transactions share; `money` is what `min_amount` is held against."""
    clause = Where()
    for name, column in _COLUMNS.items():
        wanted = getattr(filters, name)
        if wanted:
            clause.add(f"has({{q_{name}:Array(String)}}, {column})", **{f"q_{name}": list(wanted)})
    if filters.currency is not None:
        clause.add("has(Currencies, {q_currency:String})", q_currency=filters.currency)
        if filters.min_amount is not None:
            clause.add(f"{money} >= {{q_min_amount:Decimal(38, 9)}}", q_min_amount=f"{filters.min_amount:f}")
    return clause


def bound_moment(moment: datetime) -> str:
    """A moment as `DateTime64(9, 'UTC')` binds it, to the microsecond."""
    return rfc3339(moment).replace("T", " ").removesuffix("Z")
