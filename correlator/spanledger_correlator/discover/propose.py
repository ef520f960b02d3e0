"""Conclusions: what the counts allow to propose. Every threshold stands here, with what it means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from spanledger_correlator.discover.observed import Interval, Neighbour, StepCounts

REQUIRED_FROM = 0.95
"""A step is required if so large a share of the finished transactions have it."""
REPEATED_FROM = 0.01
"""A step is `many` if so large a share of the transactions that have it repeat it."""
JOINED_FROM = 0.8
"""A type identifies the transaction if so large a share of its ids belong to one root only; a hub's do not."""
BREAKS_OFF_FROM = 0.8
"""A step breaks off if in so large a share of the transactions that have it nothing came after it."""
FEWEST = 20
"""From fewer transactions no limit, and no breaking off is concluded."""


@dataclass(frozen=True, slots=True)
class ProposedStep:
    """A step with the conclusions about it. `finished`: in how many of the finished transactions it happened."""

    counts: StepCounts
    finished: int
    required: bool
    many: bool
    start: bool
    end: bool
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Shape:
    """The steps in their order, which of them begins and which ends the process, and which cancel it."""

    order: tuple[StepCounts, ...]
    start: str
    end: str
    required: frozenset[str]
    finished: Mapping[str, int] = field(hash=False)

    def anchors(self) -> list[tuple[str, str]]:
        """(anchor, step): from the nearest earlier required step to each step; the whole comes last."""
        pairs: list[tuple[str, str]] = []
        anchor: str | None = None
        for step in self.order:
            if anchor is not None and step.name != self.start:
                pairs.append((anchor, step.name))
            if step.name in self.required:
                anchor = step.name
        return pairs


def joins(neighbour: Neighbour) -> bool:
    """Whether a type should identify the transaction: few of its ids are shared, and something would be lost without it.

    That is so if spans name it and nothing nearer, or if it has steps of its own and is not what several transactions
    are parts of (an order of order items).
    """
    if neighbour.singles < JOINED_FROM * neighbour.ids:
        return False
    whole_of_parts = neighbour.shared > neighbour.several
    return neighbour.alone > 0 or (neighbour.own_steps and not whole_of_parts)


def in_order(steps: Sequence[StepCounts], pairs: Mapping[tuple[str, str], tuple[int, int]]) -> list[StepCounts]:
    """The steps that succeeded, each behind those that mostly come before it.

    Of the other steps with which it shares transactions, a step mostly comes before some and mostly follows some; the
    difference, as a share of them all, ranks it (Copeland's method). Of equals the more frequent comes first.
    """
    lead, met = Counter[str](), Counter[str]()
    for (one, other), (before, after) in pairs.items():
        ahead = (before > after) - (before < after)
        lead[one] += ahead
        lead[other] -= ahead
        met.update((one, other))

    def rank(step: StepCounts) -> tuple[float, int, str]:
        return (-lead[step.name] / max(met[step.name], 1), -step.roots, step.name)

    return sorted((step for step in steps if step.roots), key=rank)


def start_of(order: Sequence[StepCounts]) -> str:
    """The step that begins the most transactions; of equals the earlier one."""
    return max(order, key=lambda step: step.begins).name


def end_of(order: Sequence[StepCounts]) -> str:
    """The step that ends the most transactions; of equals the later one."""
    return max(enumerate(order), key=lambda place: (place[1].ends, place[0]))[1].name


def shape_of(order: Sequence[StepCounts], start: str, end: str, finished: Mapping[str, int]) -> Shape:
    """Which steps are required: those that begin and end the process, and those that the finished ones have."""
    least = REQUIRED_FROM * finished.get(end, 0)
    required = {step.name for step in order if step.name in {start, end} or finished.get(step.name, 0) >= least}
    return Shape(tuple(order), start, end, frozenset(required), finished)


def breaking_off(shape: Shape, quiet: Mapping[str, int]) -> list[StepCounts]:
    """The steps after which nothing came for longer than 95 % of the finished transactions take in all.

    The counts cannot tell a transaction that was called off (an order item deleted) from one that hangs (a payment
    blocked and forgotten): so these are candidates, and stay steps until someone decides.
    """
    return [
        step
        for step in shape.order
        if step.name not in shape.required
        and step.roots >= FEWEST
        and quiet.get(step.name, 0) >= BREAKS_OFF_FROM * step.roots
    ]


def steps_of(shape: Shape, intervals: Mapping[tuple[str, str], Interval]) -> list[ProposedStep]:
    """The proposed steps, in their order."""
    anchors = {step: anchor for anchor, step in shape.anchors()}
    return [
        ProposedStep(
            counts=step,
            finished=shape.finished.get(step.name, 0),
            required=step.name in shape.required,
            many=step.repeated >= max(1, REPEATED_FROM * step.roots),
            start=step.name == shape.start,
            end=step.name == shape.end,
            interval=intervals.get((anchors.get(step.name, ""), step.name)),
        )
        for step in shape.order
    ]
