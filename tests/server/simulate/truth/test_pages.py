"""One page a transaction: several about an invoice that several processes follow, one about each payment."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from spanledger_server.simulate.plan import Plan, Scope, make_plan
from spanledger_server.simulate.truth.pages import all_stories, entries_of
from spanledger_server.simulate.truth.rules import PROCESSES


@pytest.fixture(scope="module")
def whole(scope: Scope) -> Plan:
    """All departments of a firm."""
    return make_plan(replace(scope, invoices=30, whole=True))


def test_a_firm_of_three_processes_keeps_the_pages_of_its_book(plan: Plan) -> None:
    assert all_stories(plan) == plan.book.stories


def test_an_invoice_has_a_page_in_each_process_that_follows_it(whole: Plan) -> None:
    pages = Counter(story.process for story in all_stories(whole))
    assert pages["invoice-to-cash"] == pages["invoice-status-to-crm"] == pages["invoice-to-reporting"]
    assert pages.keys() == PROCESSES.keys()


def test_a_page_holds_the_steps_of_its_process_alone(whole: Plan) -> None:
    for story in all_stories(whole):
        names = {one.name for one, _ in entries_of(story, whole.scope.end)}
        assert names <= PROCESSES[story.process].names


def test_money_without_an_invoice_has_a_page_and_a_placeholder_has_none(whole: Plan) -> None:
    payments = {story.ids[0] for story in all_stories(whole) if story.root == "payment"}
    assert "TBD" not in payments
    assert any(payment.startswith("PYMT-UNAPPLIED") for payment in payments)
