"""The firm's own book: everything that happened, and the transaction each thing belongs to, as the firm knows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from spanledger_server.simulate.plan.clients import Account
from spanledger_server.simulate.plan.dice import Dice
from spanledger_server.simulate.plan.instant import DAY, MINUTE, SECOND
from spanledger_server.simulate.plan.occurrence import Channel, Delivery, Money, Occurrence, System
from spanledger_server.simulate.plan.rates import FAULTS, FaultRates

# Of its first occasions each fault strikes one for certain: a small firm shows every fault.
_FIRST_STRIKES = {fault: 2 + number % 4 for number, fault in enumerate(FAULTS)}
_LONGEST_SKEW = 4 * MINUTE


@dataclass(eq=False, slots=True)
class Story:
    """One transaction as the firm lives it: the object's ids in all systems, and what happened to it."""

    process: str
    root: str
    ids: list[str]
    account: Account | None = None
    legal_entity: str = ""
    charged: str = ""
    """The billing event that an invoice charges."""
    entries: list[tuple[Occurrence, Money | None]] = field(default_factory=list)
    """What happened, each with the amount that counts for this transaction."""


Share = tuple[Story, Money | None]


@dataclass(frozen=True, slots=True)
class Stray:
    """A step that no transaction can claim, and why."""

    occurrence: Occurrence
    reason: str


class Book:
    """Written once, in the order of planning; read by the actors and by the truth."""

    def __init__(self, seed: int, end: int, rates: FaultRates) -> None:
        self.seed = seed
        self.end = end
        self.rates = rates
        self.occurrences: dict[str, Occurrence] = {}
        self.stories: list[Story] = []
        self.strays: list[Stray] = []
        self.first_named: dict[tuple[str, str], int] = {}
        self.occasions: Counter[str] = Counter()
        self.strikes: Counter[str] = Counter()
        self._skews: dict[tuple[System, int], int] = {}

    def dice(self, *path: object) -> Dice:
        """The draws of one decision."""
        return Dice(self.seed, *path)

    def strikes_now(self, fault: str, dice: Dice) -> bool:
        """Whether the fault strikes on this occasion; every occasion and every strike is counted."""
        rate = self.rates.rate(fault)
        self.occasions[fault] += 1
        struck = dice.chance(rate) or (rate > 0 and self.occasions[fault] == _FIRST_STRIKES[fault])
        self.strikes[fault] += struck
        return struck

    def story(self, process: str, root: str, ids: Iterable[str], account: Account | None = None) -> Story:
        """Open a transaction's page. It counts once something has happened to it."""
        story = Story(process, root, list(ids), account, account.legal_entity if account else "")
        self.stories.append(story)
        return story

    def happen(self, occurrence: Occurrence, *shares: Share, never_late: bool = False) -> Occurrence | None:
        """Write down that something happens; None if the period ends before it, or its cause never came.

        `never_late` moves it to the period's end instead: a span that ties two ids together must not fall off, or one
        object would be two.
        """
        skewed = occurrence.at + self._skew(occurrence.system, occurrence.at)
        if never_late:
            skewed = min(skewed, self.end - SECOND)
        cause = self.occurrences.get(occurrence.cause)
        if skewed >= self.end or (occurrence.cause and (cause is None or cause.dropped)):
            return None
        if occurrence.event in self.occurrences:
            message = f"two things carry the event id {occurrence.event!r}"
            raise ValueError(message)
        written = self._delivered(replace(occurrence, at=skewed))
        self.occurrences[written.event] = written
        if written.dropped:
            return written
        for story, money in shares:
            story.entries.append((written, money))
        for entity_type, entity_ids in written.entities:
            for entity_id in entity_ids:
                known = self.first_named.get((entity_type, entity_id), written.at)
                self.first_named[entity_type, entity_id] = min(known, written.at)
        return written

    def stray(self, occurrence: Occurrence, reason: str) -> None:
        """Write down a step that belongs to nothing."""
        written = self.happen(occurrence)
        if written is not None:
            self.strays.append(Stray(written, reason))

    def root_of(self, occurrence: Occurrence) -> Occurrence:
        """The occurrence that begins the trace of this one."""
        while occurrence.cause and occurrence.follows:
            occurrence = self.occurrences[occurrence.cause]
        return occurrence

    def effects(self) -> dict[str, list[Occurrence]]:
        """Per event what it leads to, in the order of time; under the empty id what starts by itself."""
        effects: dict[str, list[Occurrence]] = {}
        for occurrence in sorted(self.occurrences.values(), key=lambda one: (one.begins, one.event)):
            effects.setdefault(occurrence.cause, []).append(occurrence)
        return effects

    def emitted(self) -> Iterator[Occurrence]:
        """All that happened and is told: without the silently dropped."""
        return (one for one in self.occurrences.values() if not one.dropped)

    def _delivered(self, occurrence: Occurrence) -> Occurrence:
        dice = self.dice("delivery", occurrence.event)
        if occurrence.dropped:
            return occurrence
        delivery = Delivery.AT_ONCE
        if self.strikes_now("late_arrival", dice):
            delivery = Delivery.LAST
        elif self.strikes_now("out_of_order", dice):
            delivery = Delivery.SHUFFLED
        return replace(occurrence, delivery=delivery, twice=self.strikes_now("delivered_twice", dice))

    def _skew(self, system: System, at: int) -> int:
        """By how much the system's clock is off that day."""
        day = at // DAY
        if (system, day) not in self._skews:
            dice = self.dice("skew", system, day)
            off = self.strikes_now("clock_skew", dice)
            self._skews[system, day] = dice.between(-_LONGEST_SKEW, _LONGEST_SKEW) if off else 0
        return self._skews[system, day]


def after(cause: Occurrence, channel: Channel, occurrence: Occurrence, *, lost: bool = False) -> Occurrence:
    """The occurrence as an effect of another; `lost` says that the message carries no trace context."""
    return replace(occurrence, cause=cause.event, channel=channel, follows=not lost)
