"""What became of each step of one transaction by a moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from spanledger_server.simulate.plan.book import Story
from spanledger_server.simulate.plan.occurrence import Money, Occurrence
from spanledger_server.simulate.truth.process import Process, Rule
from spanledger_server.simulate.truth.working_days import working_days_later

Entry = tuple[Occurrence, Money | None]
FAILING = frozenset({"failure", "rejected"})


@dataclass(frozen=True, slots=True)
class StepTruth:
    """One step. Times are instants; `done_at` is when it was settled for good, `failing_since` only if it fails."""

    rule: Rule
    required: bool
    attempts: int
    first_success: int | None
    last_success: int | None
    done_at: int | None
    failing_since: int | None
    last_failure: Occurrence | None
    deadline: int | None
    paused_at: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """A transaction's entries by a moment, in the order in which they happened."""

    story: Story
    process: Process
    entries: list[Entry]
    in_crm: bool
    amounts: dict[str, Decimal] = field(default_factory=dict)

    @property
    def platinum(self) -> bool:
        """Whether it is about one of the best clients."""
        return self.story.account is not None and self.story.account.tier == "platinum"

    @property
    def pauses(self) -> list[tuple[int, int | None]]:
        """When the clocks stood still, in order; the last may stand still yet."""
        merged: list[tuple[int, int | None]] = []
        for asked, answered in self.process.pauses:
            for one in self.successes(asked):
                until = min((end.at for end in self.successes(answered) if end.at >= one.at), default=None)
                before = merged[-1] if merged else None
                if before is None or (before[1] is not None and before[1] < one.at):
                    merged.append((one.at, until))
                elif before[1] is not None:
                    merged[-1] = (before[0], until if until is None else max(before[1], until))
        return merged

    @property
    def paused_at(self) -> int | None:
        """Since when they stand still, if they do."""
        pauses = self.pauses
        return pauses[-1][0] if pauses and pauses[-1][1] is None else None

    def moved(self, anchor: int, deadline: int) -> int:
        """A deadline behind the pauses since it began to run."""
        for begin, end in self.pauses:
            if end is not None and end > anchor and begin < deadline:
                deadline += end - max(begin, anchor)
        return deadline

    def needs(self, rule: Rule) -> bool:
        """Whether a step is needed: by itself, of this client, and by what was said so far."""
        if rule.when is None:
            return rule.required and (self.in_crm or not rule.in_crm_only)
        said = [
            value for one, _ in self.entries for kind, key, value in one.attributes if f"{kind}.{key}" == rule.when[0]
        ]
        return bool(said) and said[-1] == rule.when[1]

    def of(self, *steps: str) -> list[Entry]:
        """The entries of some steps."""
        return [entry for entry in self.entries if entry[0].name in steps]

    def successes(self, step: str) -> list[Occurrence]:
        """The successes of a step that were not undone afterwards."""
        entries = self.of(step)
        undone = max((one.at for one, _ in entries if one.outcome == "compensated"), default=-1)
        return [one for one, _ in entries if one.outcome == "success" and one.at > undone]


def amounts(page: Page) -> dict[str, Decimal]:
    """What the transaction is worth per currency: by the newest success of the step that says so, else the next best."""
    stated = page.of(page.process.amount_from)
    prefix = page.process.root + "."
    for candidates in (
        [entry for entry in stated if entry[0].outcome == "success"],
        stated,
        [entry for entry in page.entries if entry[0].name.startswith(prefix)],
    ):
        worth = [money for _, money in candidates if money is not None]
        if worth:
            return {worth[-1].currency: worth[-1].amount}
    return {}


def settlements(page: Page) -> list[tuple[int, Money]]:
    """What was paid and credited, in order: one and the same idempotency key counts once."""
    steps = [rule.step for rule in page.process.steps if rule.settles]
    seen: set[tuple[str, str]] = set()
    found: list[tuple[int, Money]] = []
    for one, money in page.of(*steps):
        if one.outcome != "success" or money is None or (one.key and (one.name, one.key) in seen):
            continue
        seen.add((one.name, one.key))
        found.append((one.at, money))
    return found


def settled_at(page: Page) -> int | None:
    """When payments and credits first reached the amount of the step that they settle."""
    owed_since = min((one.at for one in page.successes(page.process.amount_from)), default=None)
    if owed_since is None or not page.amounts:
        return None
    ((currency, amount),) = page.amounts.items()
    total = Decimal(0)
    for at, money in settlements(page):
        total += money.amount if money.currency == currency else 0
        if total >= amount:
            return max(at, owed_since)
    return None


def judge_step(page: Page, rule: Rule) -> StepTruth:
    """What became of one step."""
    entries = [one for one, _ in page.of(rule.step)]
    good = page.successes(rule.step)
    bad = [one for one in entries if one.outcome in FAILING]
    last_good = max((one.at for one in good), default=None)
    failing = [one for one in bad if not rule.many or last_good is None or one.at > last_good]
    if rule.settles:
        done_at = settled_at(page)
    elif rule.many:
        done_at = None if failing else last_good
    else:
        done_at = min((one.at for one in good), default=None)
    skipped = not good and any(one.outcome == "skipped" for one in entries)
    return StepTruth(
        rule=rule,
        required=page.needs(rule) and not skipped,
        # Undoing a step and leaving it out are no attempts at it.
        attempts=sum(one.outcome not in {"compensated", "skipped"} for one in entries),
        first_success=min((one.at for one in good), default=None),
        last_success=last_good,
        done_at=done_at,
        failing_since=failing[0].at if failing and done_at is None else None,
        last_failure=bad[-1] if bad else None,
        deadline=_deadline(page, rule),
        paused_at=page.paused_at,
    )


def _deadline(page: Page, rule: Rule) -> int | None:
    """The date that a document states holds whether or not what the deadline usually runs from has happened."""
    stated = page.successes(rule.due_from)
    if stated and stated[-1].due is not None:
        return stated[-1].due
    anchors = page.successes(rule.of)
    if not anchors:
        return None
    begins = anchors[0].at
    if rule.business_days:
        days = rule.platinum_days if rule.platinum_days and page.platinum else rule.business_days
        return working_days_later(begins, days, after_month=rule.after_month)
    return None if rule.within is None else page.moved(begins, begins + rule.within)
