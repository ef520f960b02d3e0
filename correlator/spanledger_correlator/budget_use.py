"""How much of its time a transaction, or one of its steps, has used: read from its verdict's row at the clock.

A budget runs from its anchor to its deadline, and is measured in working time where the definition counts that, else in
time as it elapses. What lies in a pause is not used. Once the step is done, or the transaction closed, nothing more is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from spanledger_correlator.budgets import AT_RISK_AT, sla_tiers
from spanledger_correlator.calendars import working_days
from spanledger_correlator.definition.calendar import FIRST_YEAR, LAST_YEAR, Calendar
from spanledger_correlator.definition.durations import Budget
from spanledger_correlator.definition.model import ProcessDefinition, StepRule, Tier

COLUMNS: Final = """
    Status, Known, Pauses, PausedAt, SlaTier, SlaEndsAt, StartedAt, ClosedAt, StepFirstSuccess, StepDoneAt,
    StepDeadline, StepRequired, StepDone
"""
"""What is read of a verdict here."""

_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """What is used of a budget. `text` is the budget as the definition writes it, empty for a date that a span stated.

    `tier` says whose budget it is, empty for everyone's; `paused` is the time of pauses that did not count.
    """

    used: timedelta
    budget: timedelta
    at_risk_at: Decimal
    working: bool
    text: str = ""
    anchor: str = ""
    tier: str = ""
    paused: timedelta = timedelta()

    @property
    def percent(self) -> Decimal | None:
        """The used part in per cent, above 100 where it is exceeded, rounded down to tenths; None of a budget of none."""
        if self.budget <= timedelta():
            return None
        parts = Decimal(self.used // timedelta(microseconds=1)) / (self.budget // timedelta(microseconds=1))
        return (100 * parts).quantize(_TENTH, ROUND_DOWN)

    @property
    def at_risk(self) -> bool:
        """Whether so much is used that it is at risk, or more."""
        whole = self.budget // timedelta(microseconds=1)
        return self.used // timedelta(microseconds=1) >= int(whole * self.at_risk_at)


class BudgetMeter:
    """Reads the budgets of one verdict's row at its clock, by the definition that judged it."""

    def __init__(
        self,
        row: Mapping[str, Any],
        definition: ProcessDefinition | None,
        calendars: Mapping[str, Calendar],
        clock: datetime,
    ) -> None:
        self._row = row
        self._definition = definition
        self._calendars = calendars
        self._clock = clock
        self._at_risk_at = definition.sla.at_risk_at if definition and definition.sla else AT_RISK_AT

    @property
    def sla(self) -> BudgetUse | None:
        """Of the whole transaction; None without an SLA, or for one that was cancelled or has failed."""
        row, definition = self._row, self._definition
        if definition is None or row["SlaEndsAt"] is None or row["Status"] in {"cancelled", "failed"}:
            return None
        tier = self._counting(sla_tiers(definition))
        if tier is None:
            return None
        starts = [
            _utc(row["StepFirstSuccess"][number])
            for number, step in enumerate(definition.steps)
            if step.start and row["StepFirstSuccess"][number] is not None
        ]
        anchor = min(starts, default=_utc(row["StartedAt"]))
        end = self._clock if row["ClosedAt"] is None else _utc(row["ClosedAt"])
        return self._measure(tier, definition.calendar, anchor, _utc(row["SlaEndsAt"]), end)

    def step(self, name: str) -> BudgetUse | None:
        """Of a step; None if it has no deadline, is not required, or was open when the transaction closed."""
        row, definition = self._row, self._definition
        rule = definition.step(name) if definition else None
        if definition is None or rule is None:
            return None
        number = definition.steps.index(rule)
        due, done = row["StepDeadline"][number], row["StepDone"][number]
        anchor, anchored = self._anchor(rule)
        if due is None or anchor is None or not row["StepRequired"][number] or not (done or row["Status"] == "open"):
            return None
        end = _utc(row["StepDoneAt"][number]) if done else self._clock
        tier = self._counting((*rule.tiers, Tier((), rule.within or Budget())))
        assert tier is not None  # the last one counts for everyone else
        found = self._measure(tier, rule.calendar or definition.calendar, anchor, _utc(due), end, anchored)
        stated = rule.due_from is not None and self._first(rule.due_from) is not None
        if not stated or (rule.within is not None and not found.working and _whole(tier.budget) == found.budget):
            return found
        return self._measure(Tier((), Budget()), "", anchor, _utc(due), end)

    def _counting(self, tiers: Iterable[Tier]) -> Tier | None:
        known = self._row["Known"]
        holds = (
            tier
            for tier in tiers
            if all(known.get(f"{one.entity_type}.{one.key}", "") == one.value for one in tier.conditions)
        )
        return next(holds, None)

    def _anchor(self, rule: StepRule) -> tuple[datetime | None, str]:
        for name in (rule.of, rule.due_from):
            moment = self._first(name) if name else None
            if name and moment is not None:
                return moment, name
        return None, ""

    def _first(self, step: str) -> datetime | None:
        assert self._definition is not None
        names = [one.name for one in self._definition.steps]
        moment = self._row["StepFirstSuccess"][names.index(step)] if step in names else None
        return None if moment is None else _utc(moment)

    def _measure(
        self, tier: Tier, calendar: str, anchor: datetime, due: datetime, end: datetime, anchored: str = ""
    ) -> BudgetUse:
        by = self._calendars.get(calendar) if tier.budget.works and _compiled(anchor, due) else None
        lapses = list(self._lapses())
        whole = _between(anchor, due, by) - _within(((one, to) for one, to in lapses if to), anchor, due, by)
        paused = _within(lapses, anchor, end, by)
        return BudgetUse(
            used=max(_between(anchor, end, by) - paused, timedelta()),
            budget=whole,
            at_risk_at=self._at_risk_at,
            working=by is not None,
            text=tier.budget.text,
            anchor=anchored,
            tier=tier.name or ", ".join(f"{one.entity_type} {one.key} {one.value}" for one in tier.conditions),
            paused=_within(lapses, anchor, end, None),
        )

    def _lapses(self) -> Iterator[tuple[datetime, datetime | None]]:
        for one in self._row["Pauses"]:
            yield _utc(one["From"]), None if one["Until"] is None else _utc(one["Until"])


def _within(
    lapses: Iterable[tuple[datetime, datetime | None]], begin: datetime, end: datetime, by: Calendar | None
) -> timedelta:
    """The time of the pauses that lies between two moments."""
    parts = ((max(one, begin), end if to is None else min(to, end)) for one, to in lapses)
    return sum((_between(one, to, by) for one, to in parts if one < to), timedelta())


def _between(begin: datetime, end: datetime, by: Calendar | None) -> timedelta:
    return end - begin if by is None else _worked(end, by) - _worked(begin, by)


def _worked(moment: datetime, calendar: Calendar) -> timedelta:
    """The working time of a calendar up to a moment."""
    days: Sequence[tuple[Any, int, datetime, datetime, int]] = working_days(calendar)
    number = bisect_right(days, moment, key=lambda day: day[2]) - 1
    if number < 0:
        return timedelta()
    _, _, opens, closes, before = days[number]
    return timedelta(microseconds=before // 1000) + min(moment, closes) - opens


def _compiled(*moments: datetime) -> bool:
    return all(FIRST_YEAR <= moment.year <= LAST_YEAR for moment in moments)


def _whole(budget: Budget) -> timedelta | None:
    return None if budget.fixed_ns is None else timedelta(microseconds=budget.fixed_ns // 1000)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
