"""The plan repeats, and holds everything that a real firm's history holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from spanledger_server.simulate.plan import FaultRates, Plan, Scope, make_plan
from spanledger_server.simulate.plan.instant import DAY
from spanledger_server.simulate.plan.occurrence import Channel, Delivery


def test_the_same_scope_makes_the_same_plan(scope: Scope, plan: Plan) -> None:
    again = make_plan(scope)
    assert again.book.occurrences == plan.book.occurrences
    assert [story.ids for story in again.book.stories] == [story.ids for story in plan.book.stories]


def test_another_seed_makes_another_firm(scope: Scope, plan: Plan) -> None:
    other = make_plan(replace(scope, seed=12))
    assert other.book.occurrences != plan.book.occurrences


def test_nothing_happens_after_the_period(plan: Plan) -> None:
    assert max(one.at for one in plan.book.occurrences.values()) < plan.scope.end


def test_every_cause_is_there_and_no_effect_follows_from_what_was_dropped(plan: Plan) -> None:
    book = plan.book
    for one in book.occurrences.values():
        if one.cause:
            assert not book.occurrences[one.cause].dropped
        assert (one.channel is Channel.START) == (not one.cause)


def test_the_firm_has_four_companies_and_three_currencies(plan: Plan) -> None:
    assert {story.legal_entity for story in plan.book.stories} == {"BW-DE", "BW-FR", "BW-UK", "BW-US"}
    generated = [one for one in plan.book.emitted() if one.name == "invoice.generated"]
    assert {one.money.currency for one in generated if one.money} == {"EUR", "GBP", "USD"}


def test_work_passes_by_every_channel(plan: Plan) -> None:
    assert {one.channel for one in plan.book.emitted()} == set(Channel)


def test_payments_settle_several_invoices_and_invoices_are_paid_in_parts(plan: Plan) -> None:
    received = [one for one in plan.book.emitted() if one.name == "payment.received"]
    assert any(one.allocation and len(one.allocation[1]) > 1 for one in received)
    parts = Counter(id(story) for story in plan.book.stories for one, _ in story.entries if one in received)
    assert max(parts.values()) >= 2


def test_some_invoices_gather_many_hours(plan: Plan) -> None:
    lists = [ids for one in plan.book.emitted() for kind, ids in one.entities if kind == "time_entry"]
    assert max(map(len, lists)) >= 40


def test_the_busiest_run_of_a_demo_touches_hundreds_of_invoices(scope: Scope) -> None:
    plan = make_plan(replace(scope, invoices=400, rates=FaultRates.default()))
    roots = Counter(plan.book.root_of(one).event for one in plan.book.emitted() if one.name == "invoice.generated")
    assert roots.most_common(1)[0][1] > 150


def test_some_news_is_almost_a_year_old(plan: Plan) -> None:
    late = [one for one in plan.book.emitted() if one.delivery is Delivery.LAST]
    assert min(one.at for one in late) < plan.scope.end - 300 * DAY


def test_ids_change_from_system_to_system(plan: Plan) -> None:
    named = {root: set[int]() for root in ("invoice", "opportunity", "time_entry")}
    for story in plan.book.stories:
        known = sum((story.root, one) in plan.book.first_named for one in story.ids)
        named[story.root].add(known)
    assert all(max(counts) >= 2 for counts in named.values())


@pytest.mark.parametrize(("invoices", "days"), [(0, 60), (1, 27)])
def test_a_firm_without_work_is_refused(scope: Scope, invoices: int, days: int) -> None:
    with pytest.raises(ValueError, match="at least one invoice and 28 days"):
        make_plan(replace(scope, invoices=invoices, end=scope.start + days * DAY))
