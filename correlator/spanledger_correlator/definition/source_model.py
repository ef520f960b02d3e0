"""A declared source: who should report, in which rhythm, and who must act when nothing arrives.

docs/sources.md is the grammar. Durations are integers of nanoseconds; `due_by` counts minutes from midnight.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.model import Severity


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a source must report: `every_ns` after it did last, or once before each `due_by` of a day that counts.

    Exactly one of the two is given. Days that do not work in the calendar do not count; for `every_ns` time passes in
    its hours only.
    """

    calendar: Calendar
    every_ns: int | None = None
    due_by: int | None = None


@dataclass(frozen=True, slots=True)
class SourceRule:
    """A source and its rhythm. Of `tenants`, `systems`, `services`, `steps` and `processes` empty stands for any."""

    name: str
    title: str
    effective_from: datetime
    rhythm: Rhythm
    grace_ns: int
    owner: str
    severity: Severity
    impact: str
    tenants: tuple[str, ...]
    systems: tuple[str, ...]
    services: tuple[str, ...]
    steps: tuple[str, ...]
    processes: tuple[str, ...]
    text: str = field(repr=False)
    path: str

    def concerns(self, tenant: str) -> bool:
        """Whether a tenant is expected to have this source."""
        return not self.tenants or tenant in self.tenants
