"""The keys of a process definition, by the place they stand in; docs/definitions.md explains each in a line."""

from __future__ import annotations

from typing import Final

from spanledger_correlator.definition.durations import CALENDARS_UNSUPPORTED

PROCESS: Final = (
    "process",
    "version",
    "effective_from",
    "title",
    "impact",
    "entity",
    "joined_by",
    "relates_to",
    "ignore_ids",
    "owners",
    "amount_from",
    "steps",
    "cancelled_by",
    "failed_by",
    "sla",
    "severity",
)
PROCESS_NEEDS: Final = ("process", "version", "effective_from", "impact", "entity", "steps")

STEP: Final = (
    "step",
    "system",
    "start",
    "end",
    "many",
    "required",
    "grace",
    "within",
    "of",
    "due_from",
    "settles",
    "one_per",
    "match",
)
STEP_NEEDS: Final = ("step", "system")

REQUIRED: Final = ("when",)
OWNER: Final = ("step", "error")
SLA: Final = ("target", "at_risk_at", "tiers")
SLA_NEEDS: Final = ("target",)
TIER: Final = ("when", "target")
SEVERITY: Final = ("stuck", "sla", "amount")
"""Beside these a severity rule holds conditions: `account.tier: platinum`."""

NOT_YET: Final = {
    "calendar": CALENDARS_UNSUPPORTED,
    "requires": "preconditions of steps (`requires`) are not supported yet",
    "rates": "exchange rates are not supported yet; an amount is tested in its own currency",
}
"""Keys that the design foresees and this version refuses: ignoring one would judge by other rules than it states."""
