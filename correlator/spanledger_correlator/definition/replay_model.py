"""A replay endpoint: where an integration takes the order to try one failed step again.

docs/replays.md is the grammar. Durations are integers of nanoseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from spanledger_correlator.definition.durations import HOUR_NS, SECOND_NS
from spanledger_correlator.definition.model import AmountTest

TIMEOUT_NS: Final = 30 * SECOND_NS
LONGEST_TIMEOUT_NS: Final = 60 * SECOND_NS
OUTCOME_WITHIN_NS: Final = 4 * HOUR_NS


@dataclass(frozen=True, slots=True)
class ReplayRule:
    """Whose failed steps one endpoint tries again. Of `tenants`, `processes`, `systems` and `services` empty is any.

    `idempotent`: the same idempotency key twice does nothing twice there. `dry_run`: it understands a request that only
    asks what would happen. `outcome_within_ns`: how long after an order its attempt is waited for. `approval`: at which
    amount at stake a second person must approve; None for every replay.
    """

    name: str
    title: str
    steps: tuple[str, ...]
    processes: tuple[str, ...]
    systems: tuple[str, ...]
    services: tuple[str, ...]
    tenants: tuple[str, ...]
    url: str
    idempotent: bool
    dry_run: bool
    timeout_ns: int
    outcome_within_ns: int
    approval: AmountTest | None
    text: str = field(repr=False)
    path: str

    def takes(self, tenant: str, process: str, step: str, system: str, service: str) -> bool:
        """Whether it tries this step again, which failed in that system and was reported by that service."""
        return step in self.steps and all(
            not allowed or one in allowed
            for allowed, one in (
                (self.tenants, tenant),
                (self.processes, process),
                (self.systems, system),
                (self.services, service),
            )
        )
