"""A judge of one transaction in plain Python, written from the contract and not from the SQL: what that is held to.

Times are minutes from `EPOCH`. Ties between spans go by (time, span id), so all spans of a transaction share a trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.durations import Budget
from spanledger_correlator.definition.model import Condition, ProcessDefinition, StepRule

from .calendar_oracle import UTC_DAYS, due, worked, worked_on
from .python_exceptions import FAILING, MINUTE_NS, exceptions_of
from .python_ledger import PythonLedger
from .span_rows import EPOCH, SpanRow


def minutes(nanoseconds: int) -> float:
    return nanoseconds / MINUTE_NS


@dataclass(frozen=True)
class Step:
    """What became of one step."""

    rule: StepRule
    required: bool
    attempts: int
    good: list[SpanRow]
    bad: list[SpanRow]
    done_at: float | None
    failing: list[SpanRow]
    deadline: float | None

    @property
    def first(self) -> float | None:
        return self.good[0].at if self.good else None

    @property
    def last(self) -> float | None:
        return self.good[-1].at if self.good else None

    def done_by(self, paused_at: float | None) -> float | None:
        """When it was done; while the clocks stood still that was when they began to."""
        if self.done_at is None or paused_at is None:
            return self.done_at
        return min(self.done_at, paused_at)

    @property
    def failing_from(self) -> float | None:
        return self.failing[0].at + minutes(self.rule.grace_ns) if self.failing else None


class PythonJudge:
    """One transaction: the definition, its spans, and what is known of the entities around it."""

    def __init__(
        self,
        definition: ProcessDefinition,
        spans: Iterable[SpanRow],
        known: Mapping[str, str],
        calendars: Mapping[str, Calendar] | None = None,
    ) -> None:
        self.definition = definition
        self.calendars = calendars or {}
        self.spans = sorted(spans, key=lambda span: (span.at, span.span_id))
        self.known = known
        self.ledger = PythonLedger(definition, self.spans)
        self.pauses = self._pauses()
        self.paused_at = self.pauses[-1][0] if self.pauses and self.pauses[-1][1] is None else None
        self.steps = [self._step(rule) for rule in definition.steps]
        self.started_at = self.spans[0].at
        self.status, self.closed_at = self._status()

    def _of(self, *steps: str) -> list[SpanRow]:
        return [span for span in self.spans if span.step in steps]

    def undoes(self, span: SpanRow) -> bool:
        """Whether a span undoes all successes and failures of its step; one payment taken back leaves the others."""
        rule = self.definition.step(span.step)
        settles, kind = rule is not None and rule.settles, span.step.split(".", maxsplit=1)[0]
        named = kind if kind != self.definition.entity else ""
        part = settles and (span.amount or [one for one, _ in span.entities].count(named) == 1)
        return span.outcome == "compensated" and not part

    def _undone(self, step: str) -> float | None:
        return max((span.at for span in self._of(step) if self.undoes(span)), default=None)

    def _good(self, step: str) -> list[SpanRow]:
        undone = self._undone(step)
        return [span for span in self._of(step) if span.outcome == "success" and (undone is None or span.at > undone)]

    def _bad(self, step: str) -> list[SpanRow]:
        """Failures that no compensation has put behind them."""
        undone = self._undone(step)
        return [span for span in self._of(step) if span.outcome in FAILING and (undone is None or span.at > undone)]

    def _holds(self, conditions: Sequence[Condition]) -> bool:
        return all(self.known.get(f"{one.entity_type}.{one.key}") == one.value for one in conditions)

    def _step(self, rule: StepRule) -> Step:
        good, bad = self._good(rule.name), self._bad(rule.name)
        last = good[-1].at if good else None
        newer = [span for span in bad if last is None or span.at > last]
        if rule.settles:
            done_at = self.ledger.settlement(rule.settles).done_at
        elif rule.many:
            done_at = None if newer else last
        else:
            done_at = good[0].at if good else None
        tried = [span for span in self._of(rule.name) if span.outcome not in ("compensated", "skipped")]
        skipped = not good and any(span.outcome == "skipped" for span in self._of(rule.name))
        return Step(
            rule=rule,
            required=rule.required and self._holds(rule.required_when) and not skipped,
            attempts=len(tried),
            good=good,
            bad=bad,
            done_at=done_at,
            failing=newer if done_at is None else [],
            deadline=self._deadline(rule),
        )

    def _deadline(self, rule: StepRule) -> float | None:
        anchors = self._good(rule.of) if rule.of else []
        if rule.due_from:
            stated = self._good(rule.due_from)
            if stated and stated[-1].due_at is not None:
                anchor = anchors[0].at if anchors else stated[0].at
                return self._moved(anchor, stated[-1].due_at, None)
        if not anchors or rule.within is None:
            return None
        budget = next((tier.budget for tier in rule.tiers if self._holds(tier.conditions)), rule.within)
        return self._due(anchors[0].at, budget, rule.calendar or self.definition.calendar)

    def _due(self, anchor: float, budget: Budget, name: str) -> float:
        calendar = self.calendars.get(name, UTC_DAYS)
        unpaused = offset(due(moment(anchor), budget, calendar))
        return self._moved(anchor, unpaused, calendar if budget.works else None)

    def _moved(self, anchor: float, deadline: float, calendar: Calendar | None) -> float:
        """A deadline behind the pauses before it: in working time where a calendar is given."""
        for begin, end in self.pauses:
            if end is None or end <= anchor or begin >= deadline:
                continue
            first = max(begin, anchor)
            if calendar is None:
                deadline += end - first
            elif left := worked(moment(first), moment(end), calendar):
                deadline = offset(worked_on(moment(deadline), left, calendar))
        return deadline

    def _pauses(self) -> list[tuple[float, float | None]]:
        """When the clocks stand still, in order; the last may last still."""
        lapses = [
            (span.at, min((one.at for one in self._good(pause.end) if one.at >= span.at), default=None))
            for pause in self.definition.pauses
            for span in self._good(pause.start)
        ]
        merged: list[tuple[float, float | None]] = []
        for begin, end in sorted(lapses, key=lambda lapse: lapse[0]):
            before = merged[-1] if merged else None
            if before is None or (before[1] is not None and before[1] < begin):
                merged.append((begin, end))
            elif before[1] is not None and (end is None or end > before[1]):
                merged[-1] = (before[0], end)
        return merged

    def _status(self) -> tuple[str, float | None]:
        failed = sorted(span.at for name in self.definition.failed_by for span in self._good(name))
        if failed:
            return "failed", failed[0]
        cancelled = max((span.at for name in self.definition.cancelled_by for span in self._good(name)), default=None)
        newest = max(
            (step.last for step in self.steps if step.last is not None and not step.rule.reverses), default=None
        )
        if cancelled is not None and (newest is None or newest <= cancelled):
            return "cancelled", cancelled
        needed = [step for step in self.steps if step.rule.end and step.required]
        if not needed:
            needed = [step for step in self.steps if step.required]
        done = [step.done_at for step in needed if step.done_at is not None]
        any_done = [step.done_at for step in self.steps if step.done_at is not None]
        if len(done) < len(needed) or not any_done:
            return "open", None
        return "completed", max(done or any_done)

    def verdict(self, clock: float) -> dict[str, Any]:
        """The transaction at a clock, by the names of the verdict's columns."""
        failing = [step.required and _by(step.failing_from, clock) for step in self.steps]
        overdue = [self._overdue(step, clock) for step in self.steps]
        missing = [_by(self._missing_from(number), clock) for number in range(len(self.steps))]
        stuck = self.status == "open" and any(failing + overdue + missing)
        waiting = self._waiting(failing, overdue)
        kind, failure = self._why(waiting, stuck, failing, overdue)
        sla = self._sla(clock)
        found, since = exceptions_of(self), self._waiting_since(waiting)
        money = self.ledger.split(self.status)

        def along(name: str) -> list[Decimal]:
            return [split[name] for split in money.values()]

        return {
            "Status": self.status,
            "ClosedAt": self.closed_at,
            "StartedAt": self.started_at,
            "LastActivityAt": self.spans[-1].at,
            "Stuck": stuck,
            "WaitingFor": self.steps[waiting].rule.name if waiting is not None else "",
            "WaitingSince": since,
            "WhyKind": kind,
            "WhyErrorKind": failure.error[0] if failure else "",
            "WhyCode": failure.error[1] if failure else "",
            "WhyMessage": failure.error[2] if failure else "",
            "SlaState": sla,
            "Severity": self._severity(
                stuck, sla, {one.kind for one in found if one.is_open(clock)}, None if since is None else clock - since
            ),
            "Owner": self._owner(waiting, failure, kind),
            "Currencies": list(money),
            "Amounts": along("amount"),
            "OpenAmounts": along("open"),
            "Cash": along("cash"),
            "Credits": along("credit"),
            "WriteOffs": along("write_off"),
            "Overpaid": along("overpaid"),
            "Elsewhere": [
                {"Currency": currency, "Amount": amount} for currency, amount in self.ledger.elsewhere().items()
            ],
            "StepDone": [step.done_at is not None for step in self.steps],
            "StepDoneAt": [step.done_at for step in self.steps],
            "StepRequired": [step.required for step in self.steps],
            "StepAttempts": [step.attempts for step in self.steps],
            "StepFirstSuccess": [step.first for step in self.steps],
            "StepLastSuccess": [step.last for step in self.steps],
            "StepFailingSince": [step.failing[0].at if step.failing else None for step in self.steps],
            "PausedAt": self.paused_at if self._paused(clock) else None,
            "StepSlaState": [self._step_sla(step, clock) for step in self.steps],
            "StepDeadline": [step.deadline for step in self.steps],
            "exceptions": {(one.kind, one.step): one.since for one in found if one.is_open(clock)},
            "resolved": [
                (one.kind, one.step, one.since, one.until, one.resolution) for one in found if one.until is not None
            ],
        }

    def _paused(self, clock: float) -> bool:
        return self.status == "open" and self.paused_at is not None and self.paused_at <= clock

    def _step_sla(self, step: Step, clock: float) -> str:
        if step.deadline is None or not step.required:
            return ""
        done = step.done_by(self.paused_at)
        if done is not None:
            return "met" if done <= step.deadline else "met_late"
        if self.status != "open":
            return ""
        if self._overdue(step, clock):
            return "breached"
        return "at_risk" if self._at_risk_of(step, clock) else "on_track"

    def _at_risk_of(self, step: Step, clock: float) -> bool:
        """Whether the share is used, as time elapses without the pauses, to the nanosecond as the store counts."""
        begun = [self._good(name) for name in (step.rule.of, step.rule.due_from) if name]
        anchor = next((good[0].at for good in begun if good), None)
        assert anchor is not None
        assert step.deadline is not None
        share = self.definition.sla.at_risk_at if self.definition.sla else Decimal("0.8")
        over = [(begin, end) for begin, end in self.pauses if end is not None]
        clock = min(clock, self.paused_at) if self.paused_at is not None else clock
        whole = self._running(anchor, step.deadline, over)
        return self._running(anchor, clock, over) >= whole * share

    def _running(self, begin: float, end: float, pauses: list[tuple[float, float]]) -> Decimal:
        """The minutes between two moments that lie in no pause."""
        paused = sum(max(0, min(to, end) - max(one, begin)) for one, to in pauses)
        return Decimal(end - begin - paused)

    def _overdue(self, step: Step, clock: float) -> bool:
        if self.paused_at is not None:
            clock = min(clock, self.paused_at)
        return step.required and step.done_at is None and step.deadline is not None and clock > step.deadline

    def _missing_from(self, number: int) -> float | None:
        step = self.steps[number]
        if not step.required or step.rule.many or step.done_at is not None or step.failing:
            return None
        later = [one.first for one in self.steps[number + 1 :] if one.required and one.first is not None]
        return min(later) + minutes(step.rule.grace_ns) if later else None

    def _waiting(self, failing: list[bool], overdue: list[bool]) -> int | None:
        undone = [step.required and step.done_at is None for step in self.steps]
        for wanted in (failing, overdue, undone):
            if self.status == "open" and True in wanted:
                return wanted.index(True)
        return None

    def _waiting_since(self, waiting: int | None) -> float | None:
        if waiting is None:
            return None
        return max((step.last for step in self.steps[:waiting] if step.last is not None), default=self.started_at)

    def _why(
        self, waiting: int | None, stuck: bool, failing: list[bool], overdue: list[bool]
    ) -> tuple[str, SpanRow | None]:
        if waiting is None or not stuck:
            return "", None
        if failing[waiting]:
            failure = self.steps[waiting].bad[-1]
            return ("rejected_record" if failure.outcome == "rejected" else "failed_step"), failure
        return ("overdue_step" if overdue[waiting] else "missing_step"), None

    def _sla(self, clock: float) -> str:
        sla = self.definition.sla
        if sla is None or self.status in ("cancelled", "failed"):
            return ""
        start = next((step.first for step in self.steps if step.rule.start and step.first is not None), self.started_at)
        budget = next((tier.budget for tier in sla.tiers if self._holds(tier.conditions)), sla.target)
        deadline = self._due(start, budget, self.definition.calendar)
        ended = clock if self.closed_at is None else self.closed_at
        if self.paused_at is not None:
            ended = min(ended, self.paused_at)
        if self.status == "completed":
            return "met" if ended <= deadline else "met_late"
        if ended > deadline:
            return "breached"
        return "at_risk" if ended >= self._at_risk(start, budget, float(sla.at_risk_at)) else "on_track"

    def _at_risk(self, start: float, budget: Budget, share: float) -> float:
        """The first moment at which the share of the budget is used."""
        calendar = self.calendars.get(self.definition.calendar, UTC_DAYS)
        unpaused = offset(due(moment(start), budget, calendar))
        if not budget.works:
            return self._moved(start, start + (unpaused - start) * share, None)
        used = worked(moment(start), moment(unpaused), calendar) * share
        assert used == int(used), "the slow calendar counts whole minutes"
        return self._moved(start, offset(worked_on(moment(start), int(used), calendar)), calendar)

    def _severity(self, stuck: bool, sla: str, kinds: set[str], waited: float | None) -> str:
        for rule in self.definition.severity:
            test = rule.amount
            if test is not None:
                money = self.ledger.split(self.status)
                if test.currency not in money:
                    continue
                mine = money[test.currency]["open"]
                answers = {">=": mine >= test.value, ">": mine > test.value, "<=": mine <= test.value}
                if not answers.get(test.operator, mine < test.value):
                    continue
            if rule.age is not None:
                age = minutes(rule.age.value_ns)
                older = {">": waited is not None and waited > age, ">=": waited is not None and waited >= age}
                if waited is None or not older.get(rule.age.operator, waited < age):
                    continue
            tiers = self.definition.sla.tiers if self.definition.sla else ()
            tier = next((one.name for one in tiers if self._holds(one.conditions)), "")
            if rule.tiers and tier not in rule.tiers:
                continue
            if (rule.exceptions and not kinds & {*rule.exceptions}) or (
                rule.impacts and self.definition.impact not in rule.impacts
            ):
                continue
            if rule.stuck in (None, stuck) and rule.sla in (None, sla) and self._holds(rule.conditions):
                return rule.severity
        return "low"

    def _owner(self, waiting: int | None, failure: SpanRow | None, kind: str) -> str:
        step = self.steps[waiting].rule.name if waiting is not None else ""
        system = "" if waiting is None else failure.system if failure else self.steps[waiting].rule.system
        error = failure.error[0] if failure else ""
        for rule in self.definition.owners:
            wanted = (
                (rule.steps, step),
                (rule.error_kinds, error),
                (rule.exceptions, kind),
                (rule.systems, system),
                (rule.impacts, self.definition.impact),
            )
            if all(not words or word in words for words, word in wanted):
                return rule.owner
        return ""


def _by(at: float | None, clock: float) -> bool:
    return at is not None and at <= clock


def moment(at: float) -> datetime:
    return EPOCH + timedelta(minutes=at)


def offset(at: datetime) -> float:
    return (at - EPOCH) / timedelta(minutes=1)
