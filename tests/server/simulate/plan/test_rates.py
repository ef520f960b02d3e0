"""Each fault strikes at its rate, at least once in a small firm, and never where its rate is nothing."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import pytest

from spanledger_server.simulate.plan import FAULTS, FaultRates, Plan, Scope, make_plan
from spanledger_server.simulate.plan.occurrence import Delivery
from spanledger_server.simulate.plan.rates import OF_THE_WHOLE_FIRM

_EVERYWHERE = [fault for fault in FAULTS if fault not in OF_THE_WHOLE_FIRM]


@pytest.fixture(scope="module")
def busy(scope: Scope) -> Plan:
    """A firm large enough to count in."""
    return make_plan(replace(scope, invoices=500, rates=FaultRates.default()))


@pytest.mark.parametrize("fault", _EVERYWHERE)
def test_a_fault_strikes_at_its_rate(busy: Plan, fault: str) -> None:
    rate, occasions, strikes = busy.scope.rates.rate(fault), busy.book.occasions[fault], busy.book.strikes[fault]
    spread = sqrt(rate * (1 - rate) / occasions)
    assert abs(strikes / occasions - rate) < 4 * spread + 2 / occasions


@pytest.mark.parametrize("fault", _EVERYWHERE)
def test_a_small_firm_shows_every_fault(plan: Plan, fault: str) -> None:
    assert plan.book.strikes[fault] > 0


def test_a_whole_firm_shows_more(scope: Scope, plan: Plan) -> None:
    whole = make_plan(replace(scope, whole=True)).book
    assert all(whole.strikes[fault] > 0 for fault in FAULTS)
    assert all(plan.book.occasions[fault] == 0 for fault in OF_THE_WHOLE_FIRM)


@pytest.mark.parametrize("whole", [False, True])
def test_a_firm_without_faults_has_none(scope: Scope, whole: bool) -> None:
    book = make_plan(replace(scope, rates=FaultRates.none(), whole=whole)).book
    assert not +book.strikes
    assert not book.strays
    for one in book.occurrences.values():
        assert one.refusal is None
        assert not one.dropped
        assert not one.twice
        assert one.delivery is Delivery.AT_ONCE


def test_refusals_speak_of_closed_periods_and_mappings(plan: Plan) -> None:
    codes = {one.refusal.code for one in plan.book.emitted() if one.refusal}
    assert {"PERIOD_CLOSED", "INVALID_KEY_OR_REF"} <= codes
