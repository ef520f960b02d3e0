"""What the firm's controllers know of the processes, in their own words.

The truth must not be read from what it judges: these rules are written down a second time on purpose. A test holds
them to the shipped definitions.
"""

from __future__ import annotations

from spanledger_server.simulate.plan.instant import DAY, HOUR, MINUTE
from spanledger_server.simulate.truth.more_rules import TRANSPORT, WHOLE_FIRM
from spanledger_server.simulate.truth.process import Process, Rule, ranked

OPPORTUNITY_TO_PROJECT = Process(
    name="opportunity-to-project",
    root="opportunity",
    impact="client",
    amount_from="opportunity.won",
    steps=(
        Rule("opportunity.won"),
        Rule("project.created", grace=30 * MINUTE, within=24 * HOUR, of="opportunity.won"),
        Rule("project.synced_to_erp", grace=15 * MINUTE, within=8 * HOUR, of="project.created"),
        Rule("project.activated", within=7 * DAY, of="project.created", end=True, requires=("project.synced_to_erp",)),
    ),
    cancelled_by="project.cancelled",
    failed_by="",
    owners=(
        ("erp-team", "project.synced_to_erp", frozenset()),
        ("integration-team", "", TRANSPORT),
        ("project-management-office", "", frozenset()),
    ),
    target=8 * DAY,
    platinum_target=4 * DAY,
    rankings=ranked(500_000),
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
        ("integration-team", "", TRANSPORT),
        ("finance-operations", "", frozenset()),
    ),
    target=40 * DAY,
    platinum_target=40 * DAY,
    rankings=ranked(50_000),
)
INVOICE_TO_CASH = Process(
    name="invoice-to-cash",
    one_per="invoice.generated",
    root="invoice",
    impact="revenue",
    amount_from="invoice.posted",
    steps=(
        Rule("invoice.generated"),
        Rule(
            "invoice.posted",
            carries=("account", "amount", "legal_entity"),
            agree=(("amount", "invoice.generated"),),
            grace=15 * MINUTE,
            within=4 * HOUR,
            of="invoice.generated",
        ),
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
        ("erp-team", "", TRANSPORT),
        ("collections", "payment.received", frozenset()),
        ("finance-operations", "", frozenset()),
    ),
    target=35 * DAY,
    platinum_target=20 * DAY,
    rankings=ranked(100_000),
)
PROCESSES = {process.name: process for process in (OPPORTUNITY_TO_PROJECT, TIME_TO_BILL, INVOICE_TO_CASH, *WHOLE_FIRM)}
