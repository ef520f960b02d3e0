"""What is wrong with a transaction, as the firm's controllers see it: the kind of it, and the step where it shows."""

from __future__ import annotations

from collections.abc import Iterator

from spanledger_server.simulate.plan.instant import MINUTE
from spanledger_server.simulate.plan.occurrence import Occurrence
from spanledger_server.simulate.truth.process import Rule
from spanledger_server.simulate.truth.steps import Page, StepTruth

Steps = tuple[StepTruth, ...]
_SKEW = 5 * MINUTE


def exceptions_of(page: Page, steps: Steps, status: str, at: int, *, second_charge: bool) -> set[tuple[str, str]]:
    """Every exception that is open. What was cancelled or has failed has none; what is completed neither fails nor waits."""
    found: set[tuple[str, str]] = set()
    if status in {"cancelled", "failed"}:
        return found
    for number in range(len(steps)):
        found |= {(kind, steps[number].rule.step) for kind in _of_step(page, steps, number, status, at)}
    if second_charge:
        found.add(("duplicate", page.process.one_per))
    return found


def _of_step(page: Page, steps: Steps, number: int, status: str, at: int) -> Iterator[str]:
    step = steps[number]
    if status == "open" and is_failing(step, at) and step.last_failure is not None:
        yield "rejected_record" if step.last_failure.outcome == "rejected" else "failed_step"
    if status == "open" and is_overdue(step, at):
        yield "overdue_step"
    keys = {one.key for one in page.successes(step.rule.step) if one.key}
    # These may stand on a completed transaction: the first of them is the silent failure.
    standing = {
        "missing_step": _missing(steps, number, at),
        "premature_step": _premature(steps, step),
        "out_of_order": _overtaken(steps, number),
        "incomplete_record": _incomplete(page, step.rule),
        "value_mismatch": any(_differs(page, step, what, other) for what, other in step.rule.agree),
        "duplicate": not step.rule.many and len(keys) > 1,
    }
    yield from (kind for kind, stands in standing.items() if stands)


def is_stuck(steps: Steps, at: int) -> bool:
    """Whether an open transaction waits for someone: not because of a step that nobody needs."""
    return any(
        is_overdue(step, at) or _missing(steps, number, at) or (step.required and is_failing(step, at))
        for number, step in enumerate(steps)
    )


def is_failing(step: StepTruth, at: int) -> bool:
    """Whether its failure is older than a retry takes."""
    return step.failing_since is not None and at >= step.failing_since + step.rule.grace


def is_overdue(step: StepTruth, at: int) -> bool:
    """Whether it should have been done by now."""
    clock = at if step.paused_at is None else min(at, step.paused_at)
    return step.required and step.done_at is None and step.deadline is not None and clock > step.deadline


def _missing(steps: Steps, number: int, at: int) -> bool:
    step = steps[number]
    if not step.required or step.rule.many or step.done_at is not None or step.last_failure is not None:
        return False
    later = [one.first_success for one in steps[number + 1 :] if one.required and one.first_success is not None]
    return bool(later) and at >= min(later) + step.rule.grace


def _premature(steps: Steps, step: StepTruth) -> bool:
    """Done, though something that had to come first still has not; what this transaction does not need need not."""
    needed = [one for one in steps if one.rule.step in step.rule.requires and (one.required or not one.rule.required)]
    return step.first_success is not None and any(one.first_success is None for one in needed)


def _overtaken(steps: Steps, number: int) -> bool:
    """Whether one that stands behind it came before it, by more than clocks may differ."""
    placed = [step for step in steps[number:] if not step.rule.many and not step.rule.any_order]
    if not placed or placed[0] is not steps[number] or placed[0].first_success is None:
        return False
    return any(
        one.first_success is not None and one.first_success + _SKEW < placed[0].first_success for one in placed[1:]
    )


def _incomplete(page: Page, rule: Rule) -> bool:
    """Whether the newest word on a record lacks something: of a step of many parts each part is a record."""
    newest = {(one.key or one.event) if rule.many else "": one for one in page.successes(rule.step)}
    return any(_lacks(one, wanted) for one in newest.values() for wanted in rule.carries)


def _lacks(one: Occurrence, wanted: str) -> bool:
    if "." in wanted:
        return all(f"{kind}.{key}" != wanted or not value for kind, key, value in one.attributes)
    if wanted == "amount":
        return one.money is None
    return not one.legal_entity if wanted == "legal_entity" else wanted not in dict(one.entities)


def _differs(page: Page, step: StepTruth, what: str, other: str) -> bool:
    """Whether two systems say otherwise: the newest amounts of two steps, or another than the one that decides."""
    if step.first_success is None:
        return False
    if what == "amount":
        amounts = [[one.money for one in page.successes(name) if one.money] for name in (step.rule.step, other)]
        return all(amounts) and amounts[0][-1] != amounts[1][-1]
    words = [
        (one.system, value) for one, _ in page.entries for kind, key, value in one.attributes if f"{kind}.{key}" == what
    ]
    decided = [value for system, value in words if system == other]
    return bool(decided) and words[-1][0] != other and words[-1][1] != decided[-1]
