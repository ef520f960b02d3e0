"""A whole firm is the small one and more: what it adds changes nothing of what was there."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from spanledger_correlator.definition.loading import load_definitions
from spanledger_server.simulate import capture
from spanledger_server.simulate.plan import FaultRates, Plan, Scope, make_plan
from spanledger_server.simulate.plan.occurrence import MORE_SYSTEMS, SYSTEMS


@pytest.fixture(scope="module")
def whole(scope: Scope) -> Plan:
    """All departments of the firm that the other tests look at."""
    return make_plan(replace(scope, whole=True))


def test_what_the_small_firm_does_the_whole_one_does_too(plan: Plan, whole: Plan) -> None:
    mapped = {event for event in plan.book.occurrences if event.startswith("account-map/")}
    for event in plan.book.occurrences.keys() - mapped:
        assert whole.book.occurrences[event] == plan.book.occurrences[event]


def test_all_nine_systems_speak_and_every_step_of_the_pack_happens(whole: Plan) -> None:
    assert {one.system for one in whole.book.emitted()} == {*SYSTEMS, *MORE_SYSTEMS} == set(whole.scope.systems)
    happened = {one.name for one in whole.book.emitted() if one.outcome == "success"}
    assert {step.name for definition in load_definitions([]) for step in definition.steps} <= happened


def test_a_step_happens_where_its_definition_says(whole: Plan) -> None:
    systems = {step.name: step.system for definition in load_definitions([]) for step in definition.steps}
    for one in whole.book.emitted():
        assert systems.get(one.name, one.system) == one.system


def test_what_people_do_out_of_turn_is_there(whole: Plan) -> None:
    approvals = Counter(one.outcome for one in whole.book.emitted() if one.name.endswith(".approved"))
    assert approvals["rejected"] > 0


def test_the_same_scope_makes_the_same_whole_firm(scope: Scope) -> None:
    few = replace(scope, invoices=6, whole=True, rates=FaultRates.default())
    assert capture(make_plan(few)) == capture(make_plan(few))
