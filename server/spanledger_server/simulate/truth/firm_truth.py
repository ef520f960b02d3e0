"""The truth about the whole firm at a moment, from its own book and not from any span."""

from __future__ import annotations

from dataclasses import dataclass

from spanledger_server.simulate.plan import Plan
from spanledger_server.simulate.plan.book import Story, Stray
from spanledger_server.simulate.truth.judge import TransactionTruth, judge
from spanledger_server.simulate.truth.pages import all_stories, entries_of
from spanledger_server.simulate.truth.rules import PROCESSES


@dataclass(frozen=True, slots=True)
class FirmTruth:
    """Every transaction, sorted by key, and every step that belongs to none. An orphan shows an hour after storing."""

    plan: Plan
    at: int
    transactions: tuple[TransactionTruth, ...]
    orphans: tuple[Stray, ...]


def truth(plan: Plan, at: int) -> FirmTruth:
    """What holds at the instant `at`, given all that happened by then and every id and link that ever became known."""
    begun = [story for story in all_stories(plan) if entries_of(story, at)]
    named = {id(story): _root_id(plan, story) for story in begun}
    second = _second_charges(begun, named, at)
    transactions = [judge(story, named[id(story)], at, second_charge=id(story) in second) for story in begun]
    taken = {one.event for story in begun for one, _ in entries_of(story, at)}
    return FirmTruth(
        plan=plan,
        at=at,
        transactions=tuple(sorted(transactions, key=lambda one: one.key)),
        orphans=tuple(
            stray for stray in plan.book.strays if stray.occurrence.at <= at and stray.occurrence.event not in taken
        ),
    )


def _root_id(plan: Plan, story: Story) -> str:
    """Of the ids in all systems the one that was named first; of equals the least."""
    known = plan.book.first_named
    return min((known[story.root, one], one) for one in story.ids if (story.root, one) in known)[1]


def _second_charges(stories: list[Story], named: dict[int, str], at: int) -> set[int]:
    """The roots that charge what an earlier root has charged: a billing event, a purchase order."""
    charges: dict[tuple[str, str], list[tuple[int, str, int]]] = {}
    for story in stories:
        step = PROCESSES[story.process].one_per
        charging = [one.at for one, _ in entries_of(story, at) if one.name == step and one.outcome == "success"]
        if story.charged and charging:
            rivals = charges.setdefault((story.process, story.charged), [])
            rivals.append((min(charging), named[id(story)], id(story)))
    return {one[2] for roots in charges.values() for one in sorted(roots)[1:]}
