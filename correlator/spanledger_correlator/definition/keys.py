"""The keys of a process definition, by the place they stand in; docs/definitions.md explains each in a line."""

from __future__ import annotations

from typing import Final

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
    "calendar",
    "skew",
    "owners",
    "amount_from",
    "steps",
    "cancelled_by",
    "failed_by",
    "pauses",
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
    "calendar",
    "tiers",
    "due_from",
    "settles",
    "by",
    "reverses",
    "one_per",
    "requires",
    "carries",
    "any_order",
    "agree",
    "match",
)
STEP_NEEDS: Final = ("step", "system")

REQUIRED: Final = ("when",)
AGREE: Final = ("amount", "attribute", "record")
CARRIED: Final = ("amount", "due_at", "legal_entity", "region", "idempotency_key")
"""What `carries` may name of the record itself; beside these, entity types and attributes of entities."""
OWNER: Final = ("step", "error", "exception", "system", "impact")
SLA: Final = ("target", "at_risk_at", "objective", "tiers")
SLA_NEEDS: Final = ("target",)
TIER: Final = ("tier", "when", "target")
TIER_NEEDS: Final = ("when", "target")
STEP_TIER: Final = ("when", "within")
PAUSE: Final = ("from", "until")
SEVERITY: Final = ("stuck", "sla", "amount", "exception", "age", "impact", "tier")
"""Beside these a severity rule holds conditions: `account.tier: platinum`."""

NOT_YET: Final = {
    "rates": "exchange rates stand in a file of their own, `rates.csv`, beside the definitions",
}
"""Keys that the design foresees and this version refuses: ignoring one would judge by other rules than it states."""

CALENDAR: Final = ("calendar", "title", "zone", "week", "hours", "holidays", "closed", "open")
CALENDAR_NEEDS: Final = ("calendar", "zone")
HOLIDAYS: Final = ("country", "subdivision")
HOLIDAYS_NEEDS: Final = ("country",)
