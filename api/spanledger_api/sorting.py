"""The orders a list of transactions can be asked for, and where its next page begins.

Each order maps to one expression that is never null (nulls stand last, either way), with the key to break ties: so
the rows behind a given row are exactly those greater than its pair, and a page costs the same however deep it lies.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from spanledger_api.cursors import Position, not_one_of_ours
from spanledger_api.filters import WHOLE, Where, in_currency
from spanledger_api.problems import Fault, Refusal, refusal_of

Sort = Literal[
    "started_at", "-started_at", "last_activity_at", "-last_activity_at", "closed_at", "-closed_at",
    "waiting_since", "-waiting_since", "due_at", "-due_at", "sla_due_at", "-sla_due_at",
    "severity", "-severity", "amount", "-amount", "key", "-key",
]  # fmt: skip

_LAST: Final = {False: "9223372036854775807", True: "-9223372036854775807"}
"""What a missing time counts as, by whether the order is descending."""
_INTEGER = re.compile(r"-?\d{1,19}\Z", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,29}(\.\d{1,9})?\Z", re.ASCII)
_TIMES: Final = {
    "started_at": "StartedAt",
    "last_activity_at": "LastActivityAt",
    "closed_at": "ClosedAt",
    "waiting_since": "WaitingSince",
    "due_at": "DueAt",
    "sla_due_at": "SlaDueAt",
}


@dataclass(frozen=True, slots=True)
class Order:
    """An order: its expression, that expression's type, and the direction."""

    expression: str
    type: str
    descending: bool
    plausible: Callable[[str], bool]

    @property
    def sql(self) -> str:
        """`ORDER BY …`."""
        return f"ORDER BY {self.expression}{' DESC' if self.descending else ''}, Key"

    def after(self, clause: Where, position: Position) -> None:
        """Limit a query to the rows behind a position. Raises Refusal if the position is none of this order."""
        if not self.plausible(position.value):
            raise not_one_of_ours()
        behind = "<" if self.descending else ">"
        value = f"{{q_after:{self.type}}}"
        condition = (
            f"({self.expression} {behind} {value} OR ({self.expression} = {value} AND Key > {{q_after_key:String}}))"
        )
        clause.add(condition, q_after=position.value, q_after_key=position.keys[0])


def order_of(sort: str, currency: str | None, money: str = WHOLE) -> Order:
    """The order of that `Sort`; amounts are those of the column `money`. Raises Refusal `currency_missing` for an order by amount without a currency."""
    descending = sort.startswith("-")
    name = sort.removeprefix("-")
    if name == "key":
        return Order("Key", "String", descending, lambda _: True)
    if name == "severity":
        return Order(
            "toInt64(indexOf(['low', 'medium', 'high', 'critical'], Severity))", "Int64", descending, _is_integer
        )
    if name == "amount":
        if currency is None:
            raise _no_currency()
        return Order(in_currency(money), "Decimal(38, 9)", descending, lambda text: bool(_DECIMAL.match(text)))
    expression = f"ifNull(toUnixTimestamp64Nano({_TIMES[name]}), {_LAST[descending]})"
    return Order(expression, "Int64", descending, _is_integer)


def _is_integer(text: str) -> bool:
    return bool(_INTEGER.match(text)) and -(2**63) <= int(text) < 2**63


def _no_currency() -> Refusal:
    what = "`sort=amount` is given without `currency`: amounts of different currencies are not compared."
    do = "Add `currency`, such as `currency=EUR`."
    return refusal_of([Fault(code="currency_missing", where="query.sort", what=what, do=do)])
