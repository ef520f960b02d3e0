"""The state of one transaction at a moment, as the firm's controllers would write it down."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from spanledger_server.simulate.plan.book import Story
from spanledger_server.simulate.plan.occurrence import Occurrence
from spanledger_server.simulate.truth.exceptions import exceptions_of, is_failing, is_overdue, is_stuck
from spanledger_server.simulate.truth.pages import entries_of
from spanledger_server.simulate.truth.rules import PROCESSES
from spanledger_server.simulate.truth.steps import Page, StepTruth, amounts, judge_step, settlements


@dataclass(frozen=True, slots=True)
class Why:
    """Why a transaction is stuck; the error's parts are empty where nothing failed."""

    kind: str
    error_kind: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class TransactionTruth:
    """One transaction. Times are instants; `started_at` is when it first showed itself. `severity` is None where it depends on a rate of exchange."""

    process: str
    key: str
    ids: tuple[str, ...]
    status: str
    stuck: bool
    waiting_for: str | None
    waiting_since: int | None
    why: Why | None
    owner: str | None
    sla: str | None
    severity: str | None
    started_at: int
    closed_at: int | None
    steps: tuple[StepTruth, ...]
    exceptions: tuple[tuple[str, str], ...]
    amounts: dict[str, Decimal]
    open_amounts: dict[str, Decimal]
    legal_entity: str
    members: tuple[Occurrence, ...]


def judge(story: Story, root_id: str, at: int, *, second_charge: bool) -> TransactionTruth:
    """Judge a story by what happened to it up to `at`; at least one thing did.

    `second_charge` says that an earlier root charges the same billing event.
    """
    process = PROCESSES[story.process]
    entries = entries_of(story, at)
    page = Page(story, process, entries, story.account is not None and story.account.in_crm == "true")
    page.amounts.update(amounts(page))
    steps = tuple(judge_step(page, rule) for rule in process.steps)
    status, closed_at = _status(page, steps)
    exceptions = exceptions_of(page, steps, status, at, second_charge=second_charge)
    waiting = _waiting(steps, at) if status == "open" else None
    stuck = waiting is not None and is_stuck(steps, at)
    why = _why(waiting, at) if waiting is not None and stuck else None
    open_amounts = _open_amounts(page, status)
    started_at = entries[0][0].at
    clock_started_at = next((one.at for one in page.successes(process.steps[0].step)), started_at)
    sla = _sla(page, status, clock_started_at, closed_at, at)
    return TransactionTruth(
        process=process.name,
        key=f"{process.name}/{root_id}",
        ids=tuple(story.ids),
        status=status,
        stuck=stuck,
        waiting_for=waiting.rule.step if waiting else None,
        waiting_since=_waiting_since(page, steps, waiting) if waiting else None,
        why=why,
        owner=_owner(page, waiting, why) if waiting else None,
        sla=sla,
        severity=_severity(page, stuck, sla, open_amounts),
        started_at=started_at,
        closed_at=closed_at,
        steps=steps,
        exceptions=tuple(sorted(exceptions)),
        amounts=dict(page.amounts),
        open_amounts=open_amounts,
        legal_entity=story.legal_entity,
        members=tuple(one for one, _ in entries),
    )


def _status(page: Page, steps: tuple[StepTruth, ...]) -> tuple[str, int | None]:
    written_off = page.successes(page.process.failed_by)
    if written_off:
        return "failed", written_off[0].at
    called_off = page.successes(page.process.cancelled_by)
    newest_success = max((step.last_success or 0 for step in steps), default=0)
    if called_off and called_off[-1].at >= newest_success:
        return "cancelled", called_off[-1].at
    required = [step for step in steps if step.required]
    ends = [step.done_at for step in [one for one in required if one.rule.end] or required]
    known = [done_at for done_at in ends if done_at is not None]
    return ("completed", max(known)) if len(known) == len(ends) else ("open", None)


def _waiting(steps: tuple[StepTruth, ...], at: int) -> StepTruth | None:
    required = [step for step in steps if step.required]
    for candidates in (
        (step for step in required if is_failing(step, at)),
        (step for step in required if is_overdue(step, at)),
        (step for step in required if step.done_at is None),
    ):
        first = next(candidates, None)
        if first is not None:
            return first
    return None


def _waiting_since(page: Page, steps: tuple[StepTruth, ...], waiting: StepTruth) -> int:
    earlier = steps[: steps.index(waiting)]
    known = [step.last_success for step in earlier if step.last_success is not None]
    return max(known, default=page.entries[0][0].at)


def _why(waiting: StepTruth, at: int) -> Why:
    failure = waiting.last_failure
    if not is_failing(waiting, at) or failure is None:
        # A refusal that was made good long ago is not why it waits now.
        return Why("overdue_step" if is_overdue(waiting, at) else "missing_step", "", "", "")
    said = failure.refusal
    kind = "rejected_record" if failure.outcome == "rejected" else "failed_step"
    return Why(kind, said.kind if said else "", said.code if said else "", said.message if said else "")


def _owner(page: Page, waiting: StepTruth, why: Why | None) -> str:
    error = why.error_kind if why else ""
    for owner, step, errors in page.process.owners:
        if step in {"", waiting.rule.step} and (not errors or error in errors):
            return owner
    raise AssertionError(page.process.name)


def _open_amounts(page: Page, status: str) -> dict[str, Decimal]:
    """What is left to settle; nothing of what was cancelled or has failed."""
    if status in {"cancelled", "failed"}:
        return dict.fromkeys(page.amounts, Decimal(0))
    rest = dict(page.amounts)
    for _, money in settlements(page):
        if money.currency in rest:
            rest[money.currency] = max(Decimal(0), rest[money.currency] - money.amount)
    return rest


def _sla(page: Page, status: str, started_at: int, closed_at: int | None, at: int) -> str | None:
    process = page.process
    target = process.platinum_target if page.platinum else process.target
    if status in {"cancelled", "failed"}:
        return None
    due = page.moved(started_at, started_at + target)
    clock = at if closed_at is None else closed_at
    if page.paused_at is not None:
        clock = min(clock, page.paused_at)
    if closed_at is not None:
        return "met" if clock <= due else "met_late"
    if clock > due:
        return "breached"
    at_risk = page.moved(started_at, started_at + int(target * process.at_risk_at))
    return "at_risk" if clock >= at_risk else "on_track"


def _severity(page: Page, stuck: bool, sla: str | None, at_stake: dict[str, Decimal]) -> str | None:
    for rule in page.process.rankings:
        if (rule.stuck and not stuck) or (rule.breached and sla != "breached") or (rule.platinum and not page.platinum):
            continue
        if rule.eur_from is not None:
            if any(currency != "EUR" for currency in at_stake):
                return None
            if at_stake.get("EUR", Decimal(-1)) < rule.eur_from:
                continue
        return rule.severity
    raise AssertionError(page.process.name)
