"""Sequence gaps: the numbers of a producer's spans that never came, and producers that ended without saying so.

The SDK numbers the spans of each process from 1 on, and its last span says how many there were. A number that is
missing is a span that is on its way, or lost; a producer that has been quiet for a day and never said that it was its
last span may have died with spans in its queue. That counts only where other producers of the same service do say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from spanledger_correlator.viewpoint import Viewpoint

GRACE = timedelta(minutes=5)
"""A gap younger than this is a batch that is being tried again."""
QUIET = timedelta(hours=24)
"""A producer that has sent nothing for so long has ended."""

State = Literal["gap", "unclosed", "closed", "running"]
_FOREVER = datetime(2261, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers that are missing, both ends included, and since when a number behind them is there."""

    first: int
    last: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Producer:
    """A process that sent spans: `last_number` is the highest that is known of."""

    id: str
    service: str
    system: str
    first_seen: datetime
    last_seen: datetime
    last_number: int
    gaps: tuple[Gap, ...]
    state: State

    @property
    def missing(self) -> int:
        """How many spans are missing."""
        return sum(gap.last - gap.first + 1 for gap in self.gaps)


def producers(at: Viewpoint, *, everything: bool, limit: int = 100_000) -> list[Producer]:
    """The producers of the tenant that something is wrong with, or every one; those with gaps first."""
    rows = at.rows(
        "sequences/producers",
        {
            "stored_by": at.clock if at.known_then else _FOREVER,
            "settled_by": at.clock - GRACE,
            "quiet_by": at.clock - QUIET,
            "everything": everything,
            "limit": limit,
        },
    )
    return [
        Producer(
            id=row["producer"],
            service=row["service"],
            system=row["system"],
            first_seen=_utc(row["first_seen"]),
            last_seen=_utc(row["last_seen"]),
            last_number=row["last_number"],
            gaps=tuple(Gap(first, last, _utc(since)) for first, last, since in row["gaps"]),
            state="gap" if row["gaps"] else "closed" if row["closed"] else "unclosed" if row["unclosed"] else "running",
        )
        for row in rows
    ]


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
