"""What each key of a definition is read as."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from spanledger_correlator.definition.durations import HOUR_NS, MINUTE_NS, Budget
from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.definition.model import (
    AgeTest,
    Agreement,
    AmountTest,
    Condition,
    OwnerRule,
    Pause,
    SeverityRule,
    Sla,
    StepRule,
    Tier,
)

FULL = Path(__file__).with_name("every_key.yaml").read_text()

SMALL = """\
process: worker-mastering
version: 1
effective_from: 2026-01-01
impact: compliance
entity: worker
steps:
  - {step: worker.hired, system: workday, start: true}
"""


def test_every_key() -> None:
    definition = parse_definition(FULL, "invoice.yaml")
    assert (definition.process, definition.version, definition.title) == ("invoice-to-cash", 3, "Invoice to cash")
    assert definition.effective_from == datetime(2026, 10, 1, tzinfo=UTC)
    assert definition.skew_ns == 10 * MINUTE_NS
    assert (definition.impact, definition.entity, definition.amount_from) == ("revenue", "invoice", "invoice.posted")
    assert definition.joined_by == ("payment", "credit_note")
    assert definition.relates_to == ("account", "project")
    assert definition.ignore_ids == {"payment": ("", "0", "N/A")}
    assert definition.owners == (
        OwnerRule("finance-systems", steps=("invoice.synced_to_crm",)),
        OwnerRule("erp-team", ("invoice.generated", "invoice.posted"), ("authorization", "timeout")),
        OwnerRule(
            "controllers",
            exceptions=("value_mismatch", "duplicate"),
            systems=("netsuite",),
            impacts=("revenue", "client"),
        ),
        OwnerRule("finance-operations"),
    )
    assert definition.cancelled_by == ("invoice.voided",)
    assert definition.failed_by == ("invoice.written_off",)
    platinum = Condition("account", "tier", "platinum")
    assert definition.sla == Sla(
        Budget(days=35),
        Decimal("0.8"),
        Decimal("0.975"),
        (Tier((platinum, Condition("account", "region", "EU")), Budget(days=20), "platinum"),),
    )
    assert definition.calendar == "de-business-days"
    assert definition.pauses == (Pause("invoice.disputed", "invoice.cleared"),)
    assert definition.severity == (
        SeverityRule("critical", True, None, AmountTest(">=", Decimal(100000), "EUR"), conditions=(platinum,)),
        SeverityRule("high", sla="breached"),
        SeverityRule(
            "high",
            exceptions=("duplicate",),
            age=AgeTest(">", 5 * 24 * HOUR_NS),
            impacts=("revenue",),
            tiers=("platinum",),
        ),
        SeverityRule("medium", stuck=False),
        SeverityRule("low"),
    )
    assert (definition.text, definition.path) == (FULL, "invoice.yaml")


def test_every_key_of_a_step() -> None:
    posted = "invoice.posted"
    assert parse_definition(FULL).steps == (
        StepRule("invoice.generated", "netsuite", start=True, one_per="billing_event"),
        StepRule(
            posted,
            "netsuite",
            grace_ns=15 * MINUTE_NS,
            within=Budget(4 * HOUR_NS),
            of="invoice.generated",
            requires=("invoice.generated",),
            carries=("project", "account.tax_id", "due_at"),
            agree=(
                Agreement(amount="invoice.generated"),
                Agreement(attribute=("account", "payment_terms"), record="netsuite"),
            ),
        ),
        StepRule(
            "invoice.synced_to_crm",
            "salesforce",
            within=Budget(HOUR_NS),
            of=posted,
            any_order=True,
            required_when=(Condition("account", "in_crm", "true"),),
            match=(("service.name", "boomi-invoice-sync"), ("span.name", "PATCH /Invoice__c")),
        ),
        StepRule("invoice.disputed", "salesforce", required=False, many=True),
        StepRule("invoice.cleared", "salesforce", required=False, many=True),
        StepRule(
            "invoice.booked",
            "netsuite",
            within=Budget(business_days=3, after="month"),
            of=posted,
            calendar="us-business-days",
            tiers=(Tier((Condition("account", "tier", "platinum"),), Budget(business_ns=8 * HOUR_NS)),),
        ),
        StepRule("credit_note.issued", "netsuite", required=False, many=True, settles=posted, by="credit"),
        StepRule(
            "payment.received",
            "netsuite",
            end=True,
            many=True,
            within=Budget(days=30),
            of=posted,
            due_from=posted,
            settles=posted,
        ),
        StepRule("payment.reversed", "netsuite", required=False, many=True, reverses="payment.received"),
    )


def test_what_may_be_left_out() -> None:
    definition = parse_definition(SMALL)
    assert definition.title == "Worker mastering"
    assert definition.amount_from == ""
    assert definition.sla is None
    assert (definition.calendar, definition.pauses) == ("", ())
    assert definition.skew_ns == 5 * MINUTE_NS
    assert (definition.joined_by, definition.relates_to, definition.ignore_ids) == ((), (), {})
    assert (definition.owners, definition.severity, definition.cancelled_by, definition.failed_by) == ((), (), (), ())


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-10-01", datetime(2026, 10, 1, tzinfo=UTC)),
        ('"2026-10-01"', datetime(2026, 10, 1, tzinfo=UTC)),
        ("2026-10-01T06:00:00Z", datetime(2026, 10, 1, 6, tzinfo=UTC)),
        ("2026-10-01 06:00:00+02:00", datetime(2026, 10, 1, 4, tzinfo=UTC)),
    ],
)
def test_effective_from_is_a_utc_moment(written: str, expected: datetime) -> None:
    definition = parse_definition(SMALL.replace("2026-01-01", written))
    assert definition.effective_from == expected
    assert definition.effective_from.tzinfo is UTC


def test_at_risk_is_a_share_and_80_per_cent_if_not_said() -> None:
    sla = parse_definition(SMALL + "sla: {target: 2w}\n").sla
    assert sla is not None
    assert sla.at_risk_at == Decimal("0.8")
    sla = parse_definition(SMALL + "sla: {target: 2w, at_risk_at: 62.5%}\n").sla
    assert sla is not None
    assert sla.at_risk_at == Decimal("0.625")
    assert sla.objective == Decimal("0.95")


def test_anchors_and_windows_line_ends_are_plain_yaml() -> None:
    text = SMALL + "sla: {target: &long 2w, tiers: [{when: {worker.kind: contractor}, target: *long}]}\n"
    sla = parse_definition(text.replace("\n", "\r\n")).sla
    assert sla is not None
    assert sla.tiers[0].budget == sla.target == Budget(days=14)
