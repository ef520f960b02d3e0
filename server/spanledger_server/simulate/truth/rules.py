"""What the firm's controllers know of the three processes, in their own words.

The truth must not be read from what it judges: these rules are written down a second time on purpose. A test holds
them to the shipped definitions.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from spanledger.attributes import Impact
from spanledger_server.simulate.plan.instant import DAY, HOUR, MINUTE


@dataclass(frozen=True, slots=True)
class Rule:
    """One step. Times in nanoseconds."""

    step: str
    required: bool = True
    in_crm_only: bool = False
    many: bool = False
    grace: int = 0
    within: int | None = None
    of: str = ""
    due_from: str = ""
    settles: str = ""
    end: bool = False


@dataclass(frozen=True, slots=True)
class Process:
    """One process. Owners are (owner, step or empty, error kinds or empty); the first that fits must act."""

    name: str
    root: str
    impact: Impact
    amount_from: str
    steps: tuple[Rule, ...]
    cancelled_by: str
    failed_by: str
    owners: tuple[tuple[str, str, frozenset[str]], ...]
    target: int
    platinum_target: int
    critical_from: Decimal

    def rule(self, step: str) -> Rule | None:
        """The rule of an ordered step."""
        return next((rule for rule in self.steps if rule.step == step), None)


_TRANSPORT = frozenset({"authorization", "connectivity", "timeout", "rate_limit"})

OPPORTUNITY_TO_PROJECT = Process(
    name="opportunity-to-project",
    root="opportunity",
    impact="client",
    amount_from="opportunity.won",
    steps=(
        Rule("opportunity.won"),
        Rule("project.created", grace=30 * MINUTE, within=24 * HOUR, of="opportunity.won"),
        Rule("project.synced_to_erp", grace=15 * MINUTE, within=8 * HOUR, of="project.created"),
        Rule("project.activated", within=7 * DAY, of="project.created", end=True),
    ),
    cancelled_by="project.cancelled",
    failed_by="",
    owners=(
        ("erp-team", "project.synced_to_erp", frozenset()),
        ("integration-team", "", _TRANSPORT),
        ("project-management-office", "", frozenset()),
    ),
    target=8 * DAY,
    platinum_target=4 * DAY,
    critical_from=Decimal(500_000),
)
TIME_TO_BILL = Process(
    name="time-to-bill",
    root="time_entry",
    impact="revenue",
    amount_from="time_entry.approved",
    steps=(
        Rule("time_entry.submitted"),
        Rule("time_entry.approved", within=3 * DAY, of="time_entry.submitted"),
        Rule("time_entry.posted", grace=HOUR, within=36 * HOUR, of="time_entry.approved"),
        Rule("invoice.generated", within=35 * DAY, of="time_entry.posted", end=True),
    ),
    cancelled_by="time_entry.withdrawn",
    failed_by="",
    owners=(
        ("project-managers", "time_entry.approved", frozenset()),
        ("integration-team", "", _TRANSPORT),
        ("finance-operations", "", frozenset()),
    ),
    target=40 * DAY,
    platinum_target=40 * DAY,
    critical_from=Decimal(50_000),
)
INVOICE_TO_CASH = Process(
    name="invoice-to-cash",
    root="invoice",
    impact="revenue",
    amount_from="invoice.posted",
    steps=(
        Rule("invoice.generated"),
        Rule("invoice.posted", grace=15 * MINUTE, within=4 * HOUR, of="invoice.generated"),
        Rule("invoice.synced_to_crm", in_crm_only=True, grace=15 * MINUTE, within=HOUR, of="invoice.posted"),
        Rule("credit_note.issued", required=False, many=True, settles="invoice.posted"),
        Rule(
            "payment.received",
            many=True,
            within=30 * DAY,
            of="invoice.posted",
            due_from="invoice.posted",
            settles="invoice.posted",
            end=True,
        ),
    ),
    cancelled_by="invoice.voided",
    failed_by="invoice.written_off",
    owners=(
        ("finance-systems", "invoice.synced_to_crm", frozenset()),
        ("erp-team", "", _TRANSPORT),
        ("collections", "payment.received", frozenset()),
        ("finance-operations", "", frozenset()),
    ),
    target=35 * DAY,
    platinum_target=20 * DAY,
    critical_from=Decimal(100_000),
)
PROCESSES = {process.name: process for process in (OPPORTUNITY_TO_PROJECT, TIME_TO_BILL, INVOICE_TO_CASH)}
AT_RISK_AT = Decimal("0.8")
SKEW = 5 * MINUTE
