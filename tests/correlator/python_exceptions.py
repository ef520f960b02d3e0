"""The exceptions of one transaction in plain Python, written from the contract: when each opens, and what ends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from .span_rows import SpanRow

if TYPE_CHECKING:
    from .python_judge import PythonJudge, Step

MINUTE_NS = 60_000_000_000
FAILING = ("failure", "rejected")
ENDED_BY_COMPLETION = ("failed_step", "rejected_record", "overdue_step")


@dataclass(frozen=True)
class Problem:
    """One exception: open from `since` on, before `until`. Times are minutes."""

    kind: str
    step: str
    since: float
    until: float | None = None
    resolution: str = ""

    def is_open(self, clock: float) -> bool:
        begun = self.since < clock if self.kind == "overdue_step" else self.since <= clock
        return begun and (self.until is None or self.until > clock)

    def ended(self, at: float | None, resolution: str) -> Problem:
        """The same, if nothing ended it earlier."""
        if at is None or (self.until is not None and self.until <= at):
            return self
        return replace(self, until=at, resolution=resolution)


def exceptions_of(judge: PythonJudge) -> list[Problem]:
    """Every exception that the transaction has or had, the earliest first."""
    found: list[Problem] = []
    for number, step in enumerate(judge.steps):
        found += _failures(judge, step)
        found += _overdue(judge, step)
        found += _missing(judge, number)
        found += _premature(judge, step)
        found += _overtaken(judge, number)
        found += _duplicates(step)
        found += _incomplete(step)
        found += _amounts_differ(judge, step)
    closed = judge.closed_at
    ended = [
        one if judge.status == "completed" and one.kind not in ENDED_BY_COMPLETION else one.ended(closed, "closed")
        for one in found
    ]
    standing = [one for one in ended if one.until is None or one.until > one.since]
    order = [step.rule.name for step in judge.steps]
    # A deadline has passed the moment after it.
    return sorted(standing, key=lambda one: (one.since, one.kind == "overdue_step", order.index(one.step), one.kind))


def _failures(judge: PythonJudge, step: Step) -> Iterator[Problem]:
    """Runs of failures, as the step went through them one span after the other."""
    rank = {"success": 1, "compensated": 2}
    spans = [
        span
        for span in judge.spans
        if span.step == step.rule.name and (span.outcome in (*FAILING, "success") or judge.undoes(span))
    ]
    run: list[SpanRow] = []
    succeeded = False
    for span in sorted(spans, key=lambda one: (one.at, rank.get(one.outcome, 0), one.span_id)):
        if span.outcome in FAILING:
            if step.rule.many or not succeeded:
                run.append(span)
            continue
        yield from _failure(step, run, span.at, "succeeded" if span.outcome == "success" else "compensated")
        run, succeeded = [], span.outcome == "success"
    yield from _failure(step, run, None, "")


def _failure(step: Step, run: list[SpanRow], until: float | None, resolution: str) -> Iterator[Problem]:
    if run:
        kind = "rejected_record" if run[-1].outcome == "rejected" else "failed_step"
        since = run[0].at + step.rule.grace_ns / MINUTE_NS
        found = Problem(kind, step.rule.name, since, until, resolution)
        yield found.ended(step.done_at, "settled") if step.rule.settles else found


def _overdue(judge: PythonJudge, step: Step) -> Iterator[Problem]:
    if not step.required or step.deadline is None:
        return
    if judge.paused_at is not None and judge.paused_at <= step.deadline:
        return
    done_at = step.done_at if step.rule.settles or step.done_at is None else step.first
    if done_at is None or done_at > step.deadline:
        yield Problem("overdue_step", step.rule.name, step.deadline, done_at, "succeeded" if done_at else "")


def _missing(judge: PythonJudge, number: int) -> Iterator[Problem]:
    step = judge.steps[number]
    later = [one.first for one in judge.steps[number + 1 :] if one.required and one.first is not None]
    if step.required and not step.rule.many and not step.bad and later:
        since = min(later) + step.rule.grace_ns / MINUTE_NS
        yield Problem("missing_step", step.rule.name, since, step.first, "succeeded" if step.good else "")


def _premature(judge: PythonJudge, step: Step) -> Iterator[Problem]:
    if step.first is None:
        return
    skew = judge.definition.skew_ns / MINUTE_NS
    needed = [
        one for one in judge.steps if one.rule.name in step.rule.requires and (one.required or not one.rule.required)
    ]
    unmet = [one.first for one in needed if one.first is None or one.first > step.first + skew]
    if unmet:
        times = [at for at in unmet if at is not None]
        until = max(times) if len(times) == len(unmet) else None
        yield Problem("premature_step", step.rule.name, step.first, until, "precondition_met" if until else "")


def _overtaken(judge: PythonJudge, number: int) -> Iterator[Problem]:
    """A step that came behind one that stands behind it."""
    skew, step = judge.definition.skew_ns / MINUTE_NS, judge.steps[number]
    if step.rule.many or step.rule.any_order or step.first is None:
        return
    for other in judge.steps[number + 1 :]:
        if not (other.rule.many or other.rule.any_order or other.first is None) and other.first + skew < step.first:
            yield Problem("out_of_order", step.rule.name, step.first)
            return


def _duplicates(step: Step) -> Iterator[Problem]:
    firsts: dict[str, float] = {}
    for span in step.good:
        if span.key:
            firsts.setdefault(span.key, span.at)
    if not step.rule.many and len(firsts) > 1:
        yield Problem("duplicate", step.rule.name, sorted(firsts.values())[1])


def _lacks(span: SpanRow, wanted: str) -> bool:
    """Whether a span does not carry something."""
    kind, dot, key = wanted.partition(".")
    if dot:
        return not any(one[:2] == (kind, key) and one[2] for one in span.attributes)
    columns = {"due_at": span.due_at, "amount": span.amount, "legal_entity": span.legal_entity or None}
    carried = columns[wanted] if wanted in columns else dict(span.entities).get(wanted)
    return carried is None


def _incomplete(step: Step) -> Iterator[Problem]:
    """Of a step that happens once: from its first success that lacks something, until the one behind the last such."""
    lacking = [number for number, span in enumerate(step.good) if any(_lacks(span, one) for one in step.rule.carries)]
    if lacking:
        rest = step.good[lacking[-1] + 1 :]
        until, resolution = (rest[0].at, "carried") if rest else (None, "")
        yield Problem("incomplete_record", step.rule.name, step.good[lacking[0]].at, until, resolution)


def _amounts_differ(judge: PythonJudge, step: Step) -> Iterator[Problem]:
    """The newest amounts of two steps, one success after the other."""
    for other in [one.amount for one in step.rule.agree if one.amount]:
        newest: dict[str, tuple[Decimal, str]] = {}
        since = None
        theirs = next(one.good for one in judge.steps if one.rule.name == other)
        for span in sorted([*step.good, *theirs], key=lambda one: (one.at, one.span_id)):
            if not span.amount:
                continue
            newest[span.step] = Decimal(span.amount[0]), span.amount[1]
            differ = len(newest) == 2 and len(set(newest.values())) == 2
            if differ and since is None:
                since = span.at
            if not differ and since is not None:
                yield Problem("value_mismatch", step.rule.name, since, span.at, "agreed")
                since = None
        if since is not None:
            yield Problem("value_mismatch", step.rule.name, since)
