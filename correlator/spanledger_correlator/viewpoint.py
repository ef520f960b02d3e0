"""From where a question about flows is asked: whose spans, which clock, and what was known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from spanledger_correlator.statements import statement
from spanledger_correlator.workspace import Sources, vars_of
from spanledger_store import Store

STORED = "StoredAt"
HAPPENED = "least(OccurredAt, StoredAt)"


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """One tenant at one clock. `axis` is the time that a span counts by: when it was stored, or when it happened.

    `placeholders` are the ids that name nothing, `type:id`.
    """

    store: Store
    tenant: str
    clock: datetime
    sources: Sources
    axis: str
    placeholders: Sequence[str] = ()

    @property
    def known_then(self) -> bool:
        """Whether only what had been stored by the clock counts."""
        return self.axis == STORED

    def run(self, name: str, values: Mapping[str, Any] | None = None, **tables: str) -> None:
        """Run a statement that keeps something in a work table."""
        self.store.command(*self._bound(name, values, tables))

    def rows(self, name: str, values: Mapping[str, Any] | None = None, **tables: str) -> list[dict[str, Any]]:
        """The rows of a statement."""
        return self.store.rows(*self._bound(name, values, tables))

    def _bound(
        self, name: str, values: Mapping[str, Any] | None, tables: Mapping[str, str]
    ) -> tuple[str, dict[str, Any]]:
        bound = {
            "tenant": self.tenant,
            "now": self.clock,
            "as_of": self.clock,
            "placeholders": list(self.placeholders),
            **(values or {}),
        }
        return statement(name, **vars_of(self.sources), **tables), bound
