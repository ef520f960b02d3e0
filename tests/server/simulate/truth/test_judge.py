"""Single stories, judged by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from spanledger.attributes import Outcome
from spanledger_server.simulate.plan.book import Story
from spanledger_server.simulate.plan.instant import DAY, HOUR, MINUTE
from spanledger_server.simulate.plan.occurrence import Money, Occurrence
from spanledger_server.simulate.plan.refusals import CLOSED_PERIOD
from spanledger_server.simulate.truth.judge import judge

T0 = 1_780_000_000_000_000_000
EUR = Money(Decimal("100.00"), "EUR")


def invoice(*entries: tuple[str, int, Outcome, str, str]) -> Story:
    """A story of (step, time after T0, outcome, amount in EUR or "", idempotency key)."""
    story = Story("invoice-to-cash", "invoice", ["INV-1"])
    for number, (step, after, outcome, amount, key) in enumerate(entries):
        refusal = CLOSED_PERIOD if outcome in {"failure", "rejected"} else None
        money = Money(Decimal(amount), "EUR") if amount else None
        one = Occurrence(
            f"e{number}",
            "netsuite",
            step,
            T0 + after,
            entities=(("account", ("ACC-1",)),),
            outcome=outcome,
            refusal=refusal,
            key=key,
            money=money,
            legal_entity="DE01",
        )
        story.entries.append((one, money))
    return story


GENERATED: tuple[str, int, Outcome, str, str] = ("invoice.generated", 0, "success", "100.00", "")
POSTED: tuple[str, int, Outcome, str, str] = ("invoice.posted", HOUR, "success", "100.00", "p")


def test_a_refused_posting_is_stuck_after_its_grace() -> None:
    story = invoice(GENERATED, ("invoice.posted", HOUR, "failure", "", "p"))
    early = judge(story, "INV-1", T0 + HOUR + 14 * MINUTE, second_charge=False)
    assert not early.stuck
    late = judge(story, "INV-1", T0 + HOUR + 15 * MINUTE, second_charge=False)
    assert late.stuck
    assert late.why is not None
    assert (late.waiting_for, late.why.kind, late.why.code) == ("invoice.posted", "failed_step", "PERIOD_CLOSED")
    assert late.waiting_since == T0
    assert late.owner == "finance-operations"
    assert late.amounts == {"EUR": Decimal("100.00")}


def test_a_dropped_posting_is_overdue_after_four_hours() -> None:
    found = judge(invoice(GENERATED), "INV-1", T0 + 4 * HOUR + 1, second_charge=False)
    assert found.exceptions == (("overdue_step", "invoice.posted"),)
    assert not judge(invoice(GENERATED), "INV-1", T0 + 4 * HOUR, second_charge=False).stuck


@pytest.mark.parametrize(("key", "paid"), [("a", "50.00"), ("b", "100.00"), ("", "100.00")])
def test_a_payment_with_the_same_key_counts_once(key: str, paid: str) -> None:
    story = invoice(
        GENERATED,
        POSTED,
        ("payment.received", DAY, "success", "50.00", "a"),
        ("payment.received", DAY + HOUR, "success", "50.00", key),
    )
    found = judge(story, "INV-1", T0 + 2 * DAY, second_charge=False)
    assert found.open_amounts == {"EUR": EUR.amount - Decimal(paid)}
    assert found.status == ("completed" if paid == "100.00" else "open")


def test_a_credit_note_lowers_what_is_owed_and_closes() -> None:
    story = invoice(
        GENERATED,
        POSTED,
        ("payment.received", DAY, "success", "60.00", "a"),
        ("credit_note.issued", 2 * DAY, "success", "40.00", "c"),
    )
    found = judge(story, "INV-1", T0 + 3 * DAY, second_charge=False)
    assert (found.status, found.closed_at, found.sla) == ("completed", T0 + 2 * DAY, "met")


def test_a_voided_invoice_that_is_paid_is_not_cancelled() -> None:
    voided: tuple[str, int, Outcome, str, str] = ("invoice.voided", DAY, "success", "", "")
    assert judge(invoice(GENERATED, POSTED, voided), "INV-1", T0 + 2 * DAY, second_charge=False).status == "cancelled"
    paid = invoice(GENERATED, POSTED, voided, ("payment.received", 2 * DAY, "success", "100.00", "a"))
    assert judge(paid, "INV-1", T0 + 3 * DAY, second_charge=False).status == "completed"


def test_two_keys_are_a_duplicate_and_one_is_a_retry() -> None:
    for key, exceptions in (("q", (("duplicate", "invoice.posted"),)), ("p", ()), ("", ())):
        story = invoice(GENERATED, POSTED, ("invoice.posted", 2 * HOUR, "success", "100.00", key))
        assert judge(story, "INV-1", T0 + DAY, second_charge=False).exceptions == exceptions


def test_a_bounced_payment_fails_until_money_comes() -> None:
    bounced: tuple[str, int, Outcome, str, str] = ("payment.received", DAY, "failure", "100.00", "")
    found = judge(invoice(GENERATED, POSTED, bounced), "INV-1", T0 + 2 * DAY, second_charge=False)
    assert (found.waiting_for, found.exceptions) == ("payment.received", (("failed_step", "payment.received"),))
    assert found.open_amounts == {"EUR": Decimal("100.00")}
