"""The truth agrees with itself: sums, states, members, and what time does to it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from spanledger_server.simulate.plan import FaultRates, Plan, Scope, make_plan
from spanledger_server.simulate.plan.instant import DAY
from spanledger_server.simulate.truth import FirmTruth, truth


@pytest.fixture(scope="module")
def found(plan: Plan) -> FirmTruth:
    """The truth a day after the period."""
    return truth(plan, plan.scope.end + DAY)


def test_the_truth_repeats(plan: Plan, found: FirmTruth) -> None:
    assert truth(make_plan(plan.scope), found.at).transactions == found.transactions


def test_keys_are_unique(found: FirmTruth) -> None:
    assert len({one.key for one in found.transactions}) == len(found.transactions)


def test_every_step_is_a_member_somewhere_or_an_orphan(plan: Plan, found: FirmTruth) -> None:
    declared = {
        "opportunity.won", "project.created", "project.synced_to_erp", "project.activated", "project.cancelled",
        "time_entry.submitted", "time_entry.approved", "time_entry.posted", "time_entry.withdrawn",
        "invoice.generated", "invoice.posted", "invoice.synced_to_crm", "credit_note.issued", "payment.received",
        "invoice.voided", "invoice.written_off",
    }  # fmt: skip
    steps = {one.event for one in plan.book.emitted() if one.name in declared}
    members = {member.event for one in found.transactions for member in one.members}
    orphans = {stray.occurrence.event for stray in found.orphans}
    assert members | orphans == steps
    assert not members & orphans


def test_stuck_is_open_waits_and_says_why(found: FirmTruth) -> None:
    for one in found.transactions:
        assert (one.why is not None) == one.stuck
        assert (one.waiting_for is not None) == (one.status == "open")
        if one.stuck:
            assert one.status == "open"
            assert one.why is not None
            assert (one.why.kind, one.waiting_for) in one.exceptions


def test_money_is_never_owed_twice_and_never_negative(found: FirmTruth) -> None:
    for one in found.transactions:
        assert set(one.open_amounts) == set(one.amounts)
        assert len(one.amounts) <= 1
        for currency, amount in one.amounts.items():
            assert Decimal(0) <= one.open_amounts[currency] <= amount
            assert amount == amount.quantize(Decimal("0.01"))


def test_completed_invoices_owe_nothing_and_open_ones_do(found: FirmTruth) -> None:
    for one in found.transactions:
        if one.process == "invoice-to-cash" and one.amounts:
            owed = sum(one.open_amounts.values())
            if one.status == "completed":
                assert owed == 0
            elif one.status == "open" and one.waiting_for == "payment.received":
                assert owed > 0


def test_a_firm_with_faults_shows_every_kind_of_exception(found: FirmTruth) -> None:
    kinds = Counter(kind for one in found.transactions for kind, _ in one.exceptions)
    assert set(kinds) == {
        "failed_step",
        "rejected_record",
        "overdue_step",
        "missing_step",
        "duplicate",
        "premature_step",
    }
    assert {stray.reason for stray in found.orphans} == {"no_entity", "no_link", "ambiguous_trace"}
    assert {one.status for one in found.transactions} == {"open", "completed", "cancelled", "failed"}


def test_a_firm_without_faults_has_no_exception_that_people_did_not_make(scope: Scope) -> None:
    plan = make_plan(replace(scope, rates=FaultRates.none()))
    kinds = {kind for one in truth(plan, plan.scope.end).transactions for kind, _ in one.exceptions}
    # Clients pay late and approvals take their time even where every system works.
    assert kinds <= {"overdue_step"}


def test_the_past_is_another_truth(plan: Plan, found: FirmTruth) -> None:
    then = truth(plan, plan.scope.end - 60 * DAY)
    assert 0 < len(then.transactions) < len(found.transactions)
    assert all(member.at <= then.at for one in then.transactions for member in one.members)
