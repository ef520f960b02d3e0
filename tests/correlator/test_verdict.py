"""Random transactions judged by the SQL and by `python_judge`, all fields, at several clocks."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import parse_calendar, parse_definition
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store

from .bill_flow import DEFINITIONS as PLAIN
from .python_judge import PythonJudge
from .span_rows import SpanRow, put
from .telling import Found, Ledger, exceptions, resolved

# Minute 0 is a Monday, 14:45 in Kathmandu: the office opens at minute 15 and closes at minute 45.
OFFICE = parse_calendar('{calendar: office, zone: Asia/Kathmandu, hours: "15:00-15:30", closed: [2026-03-03]}')
PAUSED = """
process: paused-flow
version: 1
effective_from: 2020-01-01
impact: client
entity: claim
relates_to: [account]
calendar: office
steps:
  - {step: claim.made, system: a, start: true}
  - {step: claim.asked, system: a, required: false, many: true}
  - {step: claim.answered, system: a, required: false, many: true}
  - {step: claim.stopped, system: a, required: false}
  - {step: claim.checked, system: b, within: 20 business minutes, of: claim.made, due_from: claim.answered, tiers: [
      {when: {account.in_crm: "true"}, within: 15m}, {when: {account.tier: gold}, within: 1 business day}]}
  - {step: claim.paid, system: c, within: 30m, of: claim.checked, end: true}
  - {step: claim.filed, system: c, within: 1 month, of: claim.made}
cancelled_by: [claim.dropped]
pauses: [{from: claim.asked, until: claim.answered}, {from: claim.stopped, until: claim.checked}]
sla:
  target: 40m
  tiers: [{tier: gold, when: {account.tier: gold}, target: 20 business minutes}]
severity: [{high: {sla: breached}}, {medium: {sla: at_risk}}, {low: {sla: on_track}}, {critical: {}}]
"""
DEFINITIONS = Definitions([*PLAIN, parse_definition(PAUSED, calendars={"office": OFFICE})], [OFFICE])
CLOCKS = (0, 20, 35, 50, 65, 90, 200, 100_000)
OUTCOMES = ["success"] * 8 + ["failure"] * 3 + ["rejected"] * 2 + ["partial", "skipped", "cancelled", "compensated"]


def spans_of(dice: random.Random, number: int) -> tuple[str, list[SpanRow]]:
    """The key of a transaction and its spans."""
    definition = dice.choice(list(DEFINITIONS))
    root = (definition.entity, f"R{number}")
    account = ("account", f"A{number}")
    spans = []
    for index in range(dice.randint(1, 9)):
        step = dice.choice(definition.step_names if dice.random() < 0.3 else [rule.name for rule in definition.steps])
        outcome = dice.choice(OUTCOMES)
        spans.append(
            SpanRow(
                f"r{number}-{index}",
                step,
                dice.randrange(0, 80, 5),
                (root, account) if dice.random() < 0.8 else (root,),
                trace=f"r{number}",
                outcome=outcome,
                amount=dice.choice(
                    [None, ("10", "EUR"), ("5.25", "EUR"), ("5", "EUR"), ("0", "EUR"), ("21.000000001", "USD")]
                ),
                error=dice.choice([("timeout", "T", f"late {index}"), ("closed_period", "P", ""), ("", "", "")]),
                key=dice.choice(["", "", "k1", "k2", "k3"]),
                due_at=dice.choice([None, None, 30, 75]),
            )
        )
    for name in ("in_crm", "tier"):
        spans[-1] = spans[-1].having(
            entities=(root, account),
            attributes=(*spans[-1].attributes, ("account", name, dice.choice(["true", "false", "gold"]))),
        )
    return f"{definition.process}/R{number}", spans


@pytest.fixture(scope="module")
def shared(engine_directory: Path) -> Iterator[Ledger]:
    with Store.open(f"chdb://{engine_directory}?database=test_verdict") as store:
        store.migrate()
        yield Ledger(store, DEFINITIONS, Correlator(store, DEFINITIONS))
        store.command("DROP DATABASE test_verdict SYNC")


def hold_to_python(shared: Ledger, seed: int, count: int) -> None:
    """`count` random transactions; the first that differ are told with their spans."""
    dice = random.Random(seed)
    told = dict(spans_of(dice, number) for number in range(count))
    tenant = f"seed-{seed}"
    put(shared.store, *(span.having(tenant=tenant) for spans in told.values() for span in spans))
    shared.correlator.catch_up()
    differing: list[Any] = []
    for clock in CLOCKS:
        rows = Found(shared, tenant).at(clock).rows()
        assert rows.keys() == told.keys()
        for key, spans in told.items():
            definition = DEFINITIONS.get(key.split("/")[0])
            assert definition is not None
            known = {f"{kind}.{name}": value for kind, name, value in spans[-1].attributes}
            wanted = PythonJudge(definition, spans, known, DEFINITIONS.calendars).verdict(clock)
            actual = rows[key] | {"exceptions": exceptions(rows[key]), "resolved": resolved(rows[key])}
            wrong = {field: (actual[field], value) for field, value in wanted.items() if actual[field] != value}
            if wrong:
                differing.append((clock, key, wrong, [_told(span) for span in spans]))
    shortest = sorted(differing, key=lambda one: len(one[3]))[:4]
    lines = [line for one in shortest for line in _lines(*one)]
    assert lines == [], "\n".join(lines)


def _lines(clock: float, key: str, wrong: dict[str, Any], spans: list[str]) -> list[str]:
    fields = [f"{field}: SQL {actual}, Python {value}" for field, (actual, value) in wrong.items()]
    return [f"{key} at {clock}", *fields, *spans]


def _told(span: SpanRow) -> str:
    return f"    {span.at} {span.step} {span.outcome} {span.amount} key={span.key} due={span.due_at} {span.attributes}"


@pytest.mark.parametrize("seed", [1, 2])
def test_random_transactions_are_judged_as_the_contract_says(shared: Ledger, seed: int) -> None:
    hold_to_python(shared, seed, 300)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3, 23))
def test_many_random_transactions_are_judged_as_the_contract_says(shared: Ledger, seed: int) -> None:
    hold_to_python(shared, seed, 2_000)
