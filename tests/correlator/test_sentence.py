"""The sentence that a finance person reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from spanledger_correlator.budget_use import BudgetUse
from spanledger_correlator.sentence import MESSAGE_LENGTH, sentence

NOW = datetime(2026, 4, 3, 12, tzinfo=UTC)
STEPS = ["invoice.generated", "invoice.posted", "payment.received"]


def ago(**length: float) -> datetime:
    """A moment before NOW, naive as the store gives it back."""
    return (NOW - timedelta(**length)).replace(tzinfo=None)


def row(**changes: Any) -> dict[str, Any]:
    """The design's example, with changes."""
    example: dict[str, Any] = {
        "RootId": "INV-1042",
        "Status": "open",
        "Stuck": True,
        "WaitingFor": "invoice.posted",
        "WaitingSince": ago(days=3, hours=4),
        "WhyKind": "rejected_record",
        "WhyErrorKind": "closed_period",
        "WhyCode": "PERIOD_CLOSED",
        "WhyMessage": "period closed",
        "WhySystem": "netsuite",
        "Attempts": 2,
        "DueAt": None,
        "PausedAt": None,
        "SlaState": "on_track",
        "Owner": "finance-operations",
        "Currencies": ["EUR"],
        "Amounts": [Decimal("48200.000000000")],
        "OpenAmounts": [Decimal("48200.000000000")],
        "ClientName": "Acme GmbH",
        "StartedAt": ago(days=3, hours=4),
        "ClosedAt": None,
        "StepNames": STEPS,
        "StepFirstSuccess": [ago(days=3, hours=4), None, None],
        "StepAttempts": [1, 2, 0],
    }
    return example | changes


def said(use: BudgetUse | None = None, /, **changes: Any) -> str:
    return sentence(row(**changes), NOW, use)


def budget(**changes: Any) -> BudgetUse:
    """Four business hours of which a half is used, with changes."""
    hour = timedelta(hours=1)
    use = BudgetUse(2 * hour, 4 * hour, Decimal("0.8"), True, "4 business hours", "invoice.generated")
    return replace(use, **changes)


def test_the_example_of_the_design() -> None:
    assert said() == (
        "INV-1042 (EUR 48,200.00, Acme GmbH) has waited 3 d 4 h for *invoice posted*: "
        'NetSuite refused it twice with "period closed". Owner: finance-operations.'
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Attempts": 1}, 'NetSuite refused it with "period closed"'),
        ({"Attempts": 17}, 'NetSuite refused it 17 times with "period closed"'),
        ({"WhyMessage": ""}, 'NetSuite refused it twice with "PERIOD_CLOSED"'),
        ({"WhyMessage": "", "WhyCode": ""}, "NetSuite refused it twice"),
        ({"WhyKind": "failed_step"}, 'NetSuite refused it twice with "period closed"'),
        ({"WhyKind": "failed_step", "WhyErrorKind": "unknown"}, 'it failed twice in NetSuite with "period closed"'),
        ({"WhyKind": "failed_step", "WhyErrorKind": "", "WhySystem": ""}, 'it failed twice with "period closed"'),
        (
            {"WhyErrorKind": "connectivity", "WhyMessage": "connection reset"},
            'NetSuite could not be reached (2 attempts): "connection reset"',
        ),
        (
            {"WhyErrorKind": "timeout", "Attempts": 1, "WhyMessage": "", "WhyCode": ""},
            "NetSuite did not answer in time",
        ),
        ({"WhyErrorKind": "rate_limit", "WhyMessage": "429"}, 'NetSuite had too many requests (2 attempts): "429"'),
        ({"WhyErrorKind": "authorization", "WhyMessage": "401"}, 'NetSuite denied access (2 attempts): "401"'),
        ({"WhyKind": "rejected_record", "WhyErrorKind": "", "WhySystem": "acme_erp"}, "acme_erp refused it twice"),
    ],
)
def test_failures_say_who_how_often_and_why(changes: dict[str, Any], reason: str) -> None:
    assert f"for *invoice posted*: {reason}" in said(**changes)


def test_overdue_names_the_deadline_and_the_silence() -> None:
    overdue = {"WhyKind": "overdue_step", "DueAt": ago(days=3), "Attempts": 0, "StepAttempts": [1, 0, 0]}
    assert said(**overdue) == (
        "INV-1042 (EUR 48,200.00, Acme GmbH) has waited 3 d 4 h for *invoice posted*, which was due 3 d ago "
        "(31 March 2026); NetSuite has not reported it. Owner: finance-operations."
    )
    assert "has not reported" not in said(**overdue | {"StepAttempts": [1, 1, 0]})


def test_a_deadline_that_is_no_plain_sum_of_time_says_how_it_counts() -> None:
    overdue = {"WhyKind": "overdue_step", "DueAt": ago(days=3), "Attempts": 0, "StepAttempts": [1, 1, 0]}
    assert "due 3 d ago (31 March 2026: 4 business hours from *invoice generated* on). " in said(budget(), **overdue)
    gold = budget(tier="account tier gold", paused=timedelta(minutes=30))
    assert (
        "(31 March 2026: 4 business hours from *invoice generated* on, for account tier gold, "
        "not counting 30 min of waiting for others)"
    ) in said(gold, **overdue)
    assert "due 3 d ago (31 March 2026). " in said(budget(working=False), **overdue)
    stated = budget(working=False, text="", anchor="", paused=timedelta(days=2))
    assert "(31 March 2026: not counting 2 d of waiting for others)" in said(stated, **overdue)


def test_clocks_that_stand_still_are_told() -> None:
    paused = " Its clocks have stood still for 2 d (since 1 April 2026), as it waits for someone outside."
    assert said(PausedAt=ago(days=2)).endswith(f"Owner: finance-operations.{paused}")
    assert said(PausedAt=ago(days=2), Stuck=False) == (
        f"INV-1042 (EUR 48,200.00, Acme GmbH) has waited 3 d 4 h for *invoice posted*.{paused}"
    )


def test_waiting_for_a_payment_of_which_a_part_came() -> None:
    assert said(
        WaitingFor="payment.received",
        WhyKind="overdue_step",
        DueAt=ago(days=5),
        WaitingSince=ago(days=35),
        Attempts=0,
        StepAttempts=[1, 1, 1],
        OpenAmounts=[Decimal("20000.5")],
        Owner="collections",
    ) == (
        "INV-1042 (EUR 20,000.50 of 48,200.00 open, Acme GmbH) has waited 35 d for *payment received*, "
        "which was due 5 d ago (29 March 2026). Owner: collections."
    )


def test_missing_names_the_later_step_that_happened() -> None:
    missing = {"WhyKind": "missing_step", "StepFirstSuccess": [ago(days=4), None, ago(days=1)]}
    assert "NetSuite never reported it, although *payment received* has happened. Owner" in said(**missing)
    assert ": it was never reported, although" in said(**missing, WhySystem="")


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({"Currencies": [], "Amounts": [], "OpenAmounts": []}, "INV-1042 (Acme GmbH) has"),
        ({"ClientName": ""}, "INV-1042 (EUR 48,200.00) has"),
        ({"ClientName": "", "Currencies": [], "Amounts": [], "OpenAmounts": []}, "INV-1042 has"),
        (
            {"Currencies": ["EUR", "USD"], "Amounts": [Decimal(1), Decimal("2.125")], "OpenAmounts": [Decimal(1)] * 2},
            "INV-1042 (EUR 1.00 and USD 1.00 of 2.125 open, Acme GmbH) has",
        ),
        (
            {"Currencies": ["EUR", "GBP", "USD"], "Amounts": [Decimal(1)] * 3, "OpenAmounts": [Decimal(1)] * 3},
            "INV-1042 (EUR 1.00, GBP 1.00 and USD 1.00, Acme GmbH) has",
        ),
    ],
)
def test_money_and_client(changes: dict[str, Any], start: str) -> None:
    assert said(**changes).startswith(start)


def test_what_is_not_stuck_says_what_comes_next() -> None:
    due = (NOW + timedelta(days=2)).replace(tzinfo=None)
    calm = {"Stuck": False, "WhyKind": "", "WhyErrorKind": "", "WhyMessage": "", "WhyCode": ""}
    assert said(**calm, DueAt=due).endswith("for *invoice posted*, which is due in 2 d (5 April 2026).")
    assert said(**calm).endswith("has waited 3 d 4 h for *invoice posted*.")
    assert said(**calm, WaitingSince=None).endswith("waits for *invoice posted*.")
    assert said(**calm, WaitingFor="", WaitingSince=None).endswith("is open.")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("completed", "was completed on 2 April 2026 after 2 d 4 h."),
        ("cancelled", "was cancelled on 2 April 2026 after 2 d 4 h."),
        ("failed", "has failed for good on 2 April 2026 after 2 d 4 h."),
    ],
)
def test_closed_ones_say_how_they_ended(status: str, words: str) -> None:
    closed = {"Status": status, "Stuck": False, "ClosedAt": ago(days=1), "OpenAmounts": [Decimal(0)]}
    assert said(**closed) == f"INV-1042 (EUR 48,200.00, Acme GmbH) {words}"


def test_a_late_completion_says_so() -> None:
    assert said(Status="completed", SlaState="met_late", ClosedAt=ago(days=1)).endswith(
        "after 2 d 4 h, later than agreed."
    )


def test_a_system_s_message_stays_on_one_line_and_of_bounded_length() -> None:
    text = said(WhyMessage="line one\n\tline  two " + "x" * 500)
    assert '"line one line two xxx' in text
    assert "\n" not in text
    assert len(text) < MESSAGE_LENGTH + 150


def test_nobody_owning_it_is_said() -> None:
    assert said(Owner="").endswith('"period closed". Nobody owns it.')
