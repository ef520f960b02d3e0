"""In which order the stuck list stands, and where its next page begins.

By default the worst stands first: by severity, then by currency (what has no money last), then by money times age, exact.
With a reporting currency the money in it takes the place of the money by currency. A page keeps the moment at which the
first one took the ages, so that what waits for the second page does not overtake what stood on the first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from spanledger_api.cursors import Position, not_one_of_ours
from spanledger_api.filters import OPEN, Where, bound_moment
from spanledger_api.moments import EPOCH
from spanledger_api.reporting import Reporting
from spanledger_api.sorting import Order, order_of

StuckSort = Literal[
    "rank", "started_at", "-started_at", "last_activity_at", "-last_activity_at", "waiting_since", "-waiting_since",
    "due_at", "-due_at", "sla_due_at", "-sla_due_at", "severity", "-severity", "amount", "-amount", "key", "-key",
]  # fmt: skip
AGE: Final = "toInt64(dateDiff('second', ifNull(WaitingSince, StartedAt), {q_moment:DateTime64(9, 'UTC')}))"
_SEVERITY: Final = "indexOf(['critical', 'high', 'medium', 'low'], Severity)"
_FIRST_CURRENCY: Final = "if(empty(Currencies), '', arraySort(Currencies)[1])"
_MICROSECONDS: Final = re.compile(r"\d{1,16}\Z", re.ASCII)
"""Up to the year 2286."""
_RANK: Final = re.compile(r"\d{1,2}\Z", re.ASCII)
_DECIMAL: Final = re.compile(r"-?\d{1,50}(\.\d{1,21})?\Z", re.ASCII)


@dataclass(slots=True)
class Rank:
    """The worst first. `moment` is that of the ages; a cursor brings its own."""

    moment: datetime
    currency: str | None
    reporting: Reporting | None
    keys: int = 5

    @property
    def values(self) -> dict[str, Any]:
        """What its expressions have bound."""
        bound: dict[str, Any] = {"q_moment": bound_moment(self.moment), "q_currency": self.currency or ""}
        if self.reporting is not None:
            rated = [(one, rate) for one, rate in self.reporting.rated if self.currency in {None, one}]
            bound |= {"q_rated": [one for one, _ in rated], "q_rates": [f"{rate:f}" for _, rate in rated]}
        return bound

    @property
    def columns(self) -> str:
        """What is read of a row besides, to say where the page behind it begins."""
        rank, held, weight = self._expressions
        return f"toString({rank}) AS SortRank, {held} AS SortHeld, toString({weight}) AS SortValue"

    @property
    def sql(self) -> str:
        """`ORDER BY …`."""
        return f"ORDER BY {', '.join(self._expressions)}, Process, RootId"

    def after(self, clause: Where, position: Position) -> None:
        """Limit the rows to those behind a position. Raises Refusal `cursor_invalid` if it is none of this order."""
        taken, rank, held, process, root = position.keys
        if not (_MICROSECONDS.match(taken) and _RANK.match(rank) and _DECIMAL.match(position.value)):
            raise not_one_of_ours()
        self.moment = EPOCH + timedelta(microseconds=int(taken))
        scale = 9 if self.reporting is None else 21
        clause.add(
            f"({', '.join(self._expressions)}, Process, RootId) > ({{q_rank:UInt16}}, {{q_held:String}}, "
            f"toDecimal256({{q_weight:String}}, {scale}), {{q_process_after:String}}, {{q_root_after:String}})",
            q_rank=int(rank),
            q_held=held,
            q_weight=position.value,
            q_process_after=process,
            q_root_after=root,
        )

    def position(self, row: Mapping[str, Any]) -> Position:
        """The position of a row."""
        taken = str((self.moment - EPOCH) // timedelta(microseconds=1))
        return Position(row["SortValue"], (taken, row["SortRank"], row["SortHeld"], row["Process"], row["RootId"]))

    @property
    def _expressions(self) -> tuple[str, str, str]:
        """Severity with what has no money behind; the currency; money times age, negative, as the most comes first."""
        if self.reporting is not None:
            has_rate = "arrayExists(held -> has({q_rated:Array(String)}, held), Currencies)"
            money = """arraySum((held, amount) -> toDecimal256(amount, 9) * toDecimal256OrZero(
                {q_rates:Array(String)}[indexOf({q_rated:Array(String)}, held)], 12), Currencies, OpenAmounts)"""
            return f"toUInt16({_SEVERITY} * 2 + NOT {has_rate})", "''", f"-({money} * {AGE})"
        currency = "{q_currency:String}" if self.currency else _FIRST_CURRENCY
        at_stake = f"OpenAmounts[indexOf(Currencies, {currency})]"
        weight = f"if(empty(Currencies), toDecimal256({AGE}, 9), toDecimal256({at_stake}, 9) * {AGE})"
        return f"toUInt16({_SEVERITY} * 2 + empty(Currencies))", currency, f"-{weight}"


@dataclass(frozen=True, slots=True)
class ByField:
    """By one field of the items; ties by key."""

    order: Order
    keys: int = 1

    @property
    def values(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    @property
    def columns(self) -> str:
        """What is read of a row besides, to say where the page behind it begins."""
        return f"toString({self.order.expression}) AS SortValue"

    @property
    def sql(self) -> str:
        """`ORDER BY …`."""
        return self.order.sql

    def after(self, clause: Where, position: Position) -> None:
        """Limit the rows to those behind a position. Raises Refusal `cursor_invalid` if it is none of this order."""
        self.order.after(clause, position)

    def position(self, row: Mapping[str, Any]) -> Position:
        """The position of a row."""
        return Position(row["SortValue"], (row["Key"],))


def stuck_order(sort: StuckSort, moment: datetime, currency: str | None, reporting: Reporting | None) -> Rank | ByField:
    """The order of that name; amounts are those at stake. Raises Refusal `currency_missing` for `amount` without one."""
    return Rank(moment, currency, reporting) if sort == "rank" else ByField(order_of(sort, currency, OPEN))
