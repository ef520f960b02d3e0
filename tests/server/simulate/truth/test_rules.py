"""The controllers' rules and the shipped definitions say the same, though neither is made from the other."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import spanledger_correlator
from spanledger_correlator.definition.loading import load_definitions
from spanledger_correlator.definition.model import ProcessDefinition
from spanledger_server.simulate.truth.rules import AT_RISK_AT, PROCESSES

NOW = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def shipped() -> dict[str, ProcessDefinition]:
    """The definitions in force, by process."""
    folder = Path(spanledger_correlator.__file__).parent / "pack"
    return {one.process: one for one in load_definitions([folder]).in_force(NOW)}


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_steps_agree(shipped: dict[str, ProcessDefinition], name: str) -> None:
    declared, known = shipped[name], PROCESSES[name]
    assert (declared.entity, declared.impact, declared.amount_from) == (known.root, known.impact, known.amount_from)
    assert (declared.cancelled_by, declared.failed_by) == (
        (known.cancelled_by,),
        (known.failed_by,) if known.failed_by else (),
    )
    assert [
        (step.name, step.required, step.many, step.end, step.grace_ns, step.within_ns, step.of or "")
        for step in declared.steps
    ] == [(rule.step, rule.required, rule.many, rule.end, rule.grace, rule.within, rule.of) for rule in known.steps]
    assert [(step.settles or "", step.due_from or "") for step in declared.steps] == [
        (rule.settles, rule.due_from) for rule in known.steps
    ]
    assert [bool(step.required_when) for step in declared.steps] == [rule.in_crm_only for rule in known.steps]


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_owners_and_service_levels_agree(shipped: dict[str, ProcessDefinition], name: str) -> None:
    declared, known = shipped[name], PROCESSES[name]
    assert [(rule.owner, "".join(rule.steps), frozenset(rule.error_kinds)) for rule in declared.owners] == list(
        known.owners
    )
    assert declared.sla is not None
    assert (declared.sla.target_ns, declared.sla.at_risk_at) == (known.target, AT_RISK_AT)
    assert [tier.target_ns for tier in declared.sla.tiers] in ([], [known.platinum_target])
    critical = declared.severity[0].amount
    assert critical is not None
    assert (critical.value, critical.currency) == (known.critical_from, "EUR")
