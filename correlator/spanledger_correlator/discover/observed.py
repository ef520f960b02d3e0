"""What was counted: numbers that the database took from the spans, and no conclusion yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class EntityType:
    """An entity type on spans with a step: distinct ids (about), spans that name it, and which ids are placeholders."""

    name: str
    ids: int
    spans: int
    placeholders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A type that stands beside a nearer one (`near`): its ids, those that belong to one root, the most of any.

    Of the `nears` near entities that have one beside them, `several` have more than one. `alone` counts the step spans
    that name a linked entity of the type and none of a nearer type; `own_steps`: whether a step is named after the type.
    """

    name: str
    near: str
    ids: int
    singles: int
    most: int
    nears: int
    several: int
    alone: int
    own_steps: bool

    @property
    def shared(self) -> int:
        """The ids that belong to several roots."""
        return self.ids - self.singles


@dataclass(frozen=True, slots=True)
class StepCounts:
    """A step over all transactions: `roots` have a success of it, `repeated` more than one; it begins and ends some."""

    name: str
    roots: int
    repeated: int
    successes: int
    refused: int
    begins: int
    ends: int
    systems: Mapping[str, int] = field(hash=False)
    impacts: Mapping[str, int] = field(hash=False)
    amounts: int = 0
    currencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interval:
    """From the first success of `anchor` to the first of `step`, in seconds; `before`: how often it came before."""

    anchor: str
    step: str
    times: int
    before: int
    p50: float
    p90: float
    p95: float


@dataclass(frozen=True, slots=True)
class Whole:
    """All that was observed: transactions, spans, first and last day (ISO dates), and when the newest span happened."""

    roots: int
    spans: int
    first_day: str
    last_day: str
    newest: datetime
