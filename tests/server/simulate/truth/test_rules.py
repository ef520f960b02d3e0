"""The controllers' rules and the shipped definitions say the same, though neither is made from the other."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import spanledger_correlator
from spanledger_correlator.definition.loading import load_definitions
from spanledger_correlator.definition.model import ProcessDefinition, StepRule
from spanledger_server.simulate.truth.process import Rule
from spanledger_server.simulate.truth.rules import PROCESSES

NOW = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def shipped() -> dict[str, ProcessDefinition]:
    """The definitions in force, by process."""
    folder = Path(spanledger_correlator.__file__).parent / "pack"
    return {one.process: one for one in load_definitions([folder]).in_force(NOW)}


def _within(step: StepRule) -> tuple[int | None, int, str, list[int]]:
    """Nanoseconds, or German business days, from when on, and those of the best clients."""
    if step.within is None or not step.within.business_days:
        return step.within_ns, 0, "", []
    assert step.calendar == "de-business-days"
    return None, step.within.business_days, step.within.after, [tier.budget.business_days for tier in step.tiers]


def _known(rule: Rule) -> tuple[int | None, int, str, list[int]]:
    return (
        rule.within,
        rule.business_days,
        "month" if rule.after_month else "",
        list(filter(None, [rule.platinum_days])),
    )


def _agreed(step: StepRule) -> tuple[tuple[str, str], ...]:
    return tuple(
        (".".join(one.attribute), one.record) if one.attribute else ("amount", one.amount or "") for one in step.agree
    )


def test_every_process_of_the_pack_is_known(shipped: dict[str, ProcessDefinition]) -> None:
    assert shipped.keys() == PROCESSES.keys()


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_steps_agree(shipped: dict[str, ProcessDefinition], name: str) -> None:
    declared, known = shipped[name], PROCESSES[name]
    assert (declared.entity, declared.impact, declared.amount_from) == (known.root, known.impact, known.amount_from)
    assert declared.cancelled_by == tuple(filter(None, [known.cancelled_by]))
    assert declared.failed_by == tuple(filter(None, [known.failed_by]))
    assert [
        (step.name, step.required, step.many, step.end, step.grace_ns, _within(step), step.of or "")
        for step in declared.steps
    ] == [(rule.step, rule.required, rule.many, rule.end, rule.grace, _known(rule), rule.of) for rule in known.steps]
    assert [
        (step.settles or "", step.due_from or "", step.requires, step.any_order, step.carries, _agreed(step))
        for step in declared.steps
    ] == [
        (rule.settles, rule.due_from, rule.requires, rule.any_order, rule.carries, rule.agree) for rule in known.steps
    ]
    assert [(pause.start, pause.end) for pause in declared.pauses] == list(known.pauses)
    assert [step.name for step in declared.steps if step.one_per] == list(filter(None, [known.one_per]))
    assert [[(f"{one.entity_type}.{one.key}", one.value) for one in step.required_when] for step in declared.steps] == [
        [("account.in_crm", "true")] if rule.in_crm_only else list(filter(None, [rule.when])) for rule in known.steps
    ]


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_owners_and_service_levels_agree(shipped: dict[str, ProcessDefinition], name: str) -> None:
    declared, known = shipped[name], PROCESSES[name]
    owners = [
        (rule.owner, step, frozenset(rule.error_kinds)) for rule in declared.owners for step in rule.steps or ("",)
    ]
    assert owners == list(known.owners)
    assert declared.sla is not None
    assert (declared.sla.target_ns, declared.sla.at_risk_at) == (known.target, known.at_risk_at)
    platinum = known.platinum_target
    assert [tier.target_ns for tier in declared.sla.tiers] == ([] if platinum == known.target else [platinum])


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_severities_agree(shipped: dict[str, ProcessDefinition], name: str) -> None:
    declared = [
        (rule.severity, bool(rule.stuck), rule.sla == "breached", rule.amount and (rule.amount.value, "EUR"))
        for rule in shipped[name].severity
    ]
    known = [
        (rule.severity, rule.stuck, rule.breached, rule.eur_from and (rule.eur_from, "EUR"))
        for rule in PROCESSES[name].rankings
    ]
    assert declared == known
    assert [bool(rule.conditions) for rule in shipped[name].severity] == [
        rule.platinum for rule in PROCESSES[name].rankings
    ]
