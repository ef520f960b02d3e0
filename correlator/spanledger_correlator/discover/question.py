"""What is asked of discovery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Question:
    """What to look at: the tenant, the root's type, transactions that began since a moment, and about how many at most.

    `process` names the proposal; without it, the root does. `end` is the step that ends the process; without it, the
    one that ends the most transactions.
    """

    tenant: str
    root: str
    since: datetime | None = None
    at_most: int = 100_000
    process: str | None = None
    end: str | None = None
