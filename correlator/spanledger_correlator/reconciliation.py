"""Reconciliation: two sums or counts that must be equal, by keys and period, and which entities make the difference.

It is computed from the spans, as sets, when it is asked for: a rule that is declared today holds for all history, and
late spans need nothing to be corrected. The clock decides only whether a period's difference counts already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from spanledger_correlator import periods
from spanledger_correlator.definition.reconciliation_model import Measure, Reconciliation
from spanledger_correlator.viewpoint import Viewpoint

State = Literal["balanced", "gap", "open"]
EVERYTHING = 100_000
"""More periods and keys than so many are not told of one rule; the newest are."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEIGHBOURS = timedelta(days=100)
"""So far before the first period that counts, spans are read as well: `period_of` looks back."""


@dataclass(frozen=True, slots=True)
class Balance:
    """One period and key of a rule. `unit` is a currency, a unit of quantity, or empty for counts.

    `settled_at` is the end of the period and its grace: until then a difference is `open`.
    """

    rule: Reconciliation
    period: str
    keys: tuple[str, ...]
    unit: str
    left: Decimal
    right: Decimal
    difference: Decimal
    settled_at: datetime
    state: State


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An entity that the sides do not agree on, and when it stands on either at all, whatever the period."""

    entity: str
    unit: str
    left: Decimal
    right: Decimal
    left_at: datetime | None
    right_at: datetime | None


def prepare(at: Viewpoint, rules: Sequence[Reconciliation], once: Iterable[str]) -> None:
    """Read what these rules add up. `once` are the steps that happen once to an entity."""
    read_standing(
        at,
        steps=sorted({side.step for rule in rules for side in (rule.left, rule.right)}),
        types=types_of(rules),
        once=once,
        since=min((rule.effective_from for rule in rules), default=_EPOCH),
    )


def read_standing(
    at: Viewpoint,
    *,
    steps: Sequence[str],
    types: Sequence[str],
    once: Iterable[str],
    since: datetime,
    prefixes: Sequence[str] = (),
) -> None:
    """Leave the successes of these steps that stand in `work_standing`, with the single ids of these types.

    `prefixes` are entity types all of whose steps count as well.
    """
    back = max(_EPOCH, since - _NEIGHBOURS) if since > _EPOCH else datetime(1900, 1, 1, tzinfo=UTC)
    at.run(
        "reconciliation/measured",
        {"steps": list(steps), "prefixes": list(prefixes), "types": list(types), "since": back},
    )
    at.run("reconciliation/standing", {"once": sorted(once)})


def balances(
    at: Viewpoint, rule: Reconciliation, prepared: Sequence[Reconciliation], states: Sequence[State] = ()
) -> list[Balance]:
    """How each period and key of a prepared rule stands, the newest period first."""
    _sides(at, rule, types_of(prepared))
    labels = [row["Period"] for row in at.rows("reconciliation/labels")]
    labels = [label for label in labels if periods.begins(label, rule.calendar) >= rule.effective_from]
    if not labels:
        return []
    settled = [periods.settled(label, rule.calendar, rule.grace) for label in labels]
    rows = at.rows(
        "reconciliation/balances",
        {
            "periods": labels,
            "settled": [_micros(moment) for moment in settled],
            "clock": _micros(at.clock),
            "absolute": rule.absolute,
            "percent": rule.percent,
            "states": list(states),
            "limit": EVERYTHING,
        },
        left=_total(rule.left.measure, "left"),
        right=_total(rule.right.measure, "right"),
    )
    return [_balance(rule, row) for row in rows]


def unmatched(at: Viewpoint, rule: Reconciliation, period: str, keys: Sequence[str], limit: int) -> list[Unmatched]:
    """The entities of one period and key on which the sides of a rule, prepared alone, do not agree."""
    _sides(at, rule, types_of([rule]))
    rows = at.rows(
        "reconciliation/entities",
        {"period": period, "chosen": list(keys), "limit": limit},
        left=_total(rule.left.measure, "left", "HereSide"),
        right=_total(rule.right.measure, "right", "HereSide"),
    )
    return [
        Unmatched(row["entity"], row["unit"], row["left"], row["right"], _utc(row["left_at"]), _utc(row["right_at"]))
        for row in rows
    ]


def types_of(rules: Iterable[Reconciliation]) -> list[str]:
    """The entity types whose ids these rules compare by."""
    return sorted({kind for rule in rules for kind in (*rule.keys, rule.left.entity, rule.right.entity)})


def _sides(at: Viewpoint, rule: Reconciliation, types: Sequence[str]) -> None:
    at.run(
        "reconciliation/sides",
        {
            "left": rule.left.step,
            "right": rule.right.step,
            "left_measure": rule.left.measure,
            "right_measure": rule.right.measure,
            "period_of": rule.period_of,
            "format": periods.FORMATS[rule.period],
            "zone": rule.calendar.zone,
            "types": list(types),
            "keys": list(rule.keys),
        },
    )


def _total(measure: Measure, side: str, column: str = "Side") -> str:
    """An entity is counted once, however often it happened to it; values add up."""
    if measure == "count":
        return f"toDecimal128(uniqExactIf(if(Entity = '', concat(TraceId, SpanId), Entity), {column} = '{side}'), 9)"
    return f"sumIf(Value, {column} = '{side}')"


def _balance(rule: Reconciliation, row: dict[str, Any]) -> Balance:
    settled = _EPOCH + timedelta(microseconds=row["settled_at"])
    return Balance(
        rule,
        row["period"],
        tuple(row["keys"]),
        row["unit"],
        row["left"],
        row["right"],
        row["difference"],
        settled,
        row["state"],
    )


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)
