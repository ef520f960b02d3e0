"""What concerns a flow and no single transaction, against what the firm knows of itself when some spans get lost."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import load_definitions, parse_reconciliation, parse_source
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.reading import Reading
from spanledger_correlator.silence import HISTORY
from spanledger_server.simulate import FaultRates, Scope, capture, make_plan
from spanledger_server.simulate.plan.instant import instant
from spanledger_store import Store

from .flow_truth import Measure, losing, seen, silences, sums
from .real_logs_path import collecting
from .truth_check import deliver

BEGIN, END = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
EVERY = timedelta(days=3)
SYSTEMS = ("netsuite", "kantata", "salesforce", "workday", "concur")
RULES: dict[str, tuple[Measure, str, str]] = {
    "approved-hours": ("quantity", "time_entry.approved", "time_entry.posted"),
    "approved-entries": ("count", "time_entry.approved", "time_entry.posted"),
    "invoices": ("count", "invoice.generated", "invoice.posted"),
    "invoiced-money": ("amount", "invoice.generated", "invoice.posted"),
    "expenses": ("amount", "expense_report.approved", "expense_report.posted"),
    "crm-invoices": ("count", "invoice.posted", "invoice.synced_to_crm"),
}
PACK = load_definitions([])
DEFINITIONS = Definitions(
    PACK,
    PACK.calendars.values(),
    reconciliations=[
        parse_reconciliation(f"reconciliation: {name}\nrule: {_rule}\nowner: finance")
        for name, (measure, left, right) in RULES.items()
        for _rule in [
            " == ".join(f"count({one})" if measure == "count" else f"sum({one}.{measure})" for one in (left, right))
            + " by legal_entity, month"
        ]
    ],
    sources=[
        parse_source(f"source: {one}\neffective_from: {BEGIN:%Y-%m-%d}\nsystem: {one}\nevery: 3d\nowner: ops")
        for one in SYSTEMS
    ],
)
ONCE = {step.name for process in PACK for step in process.steps} - {
    step.name for process in PACK for step in process.steps if step.many
}


def hold_to_truth(store: Store, seed: int, invoices: int) -> None:
    chance = random.Random(seed)
    plan = make_plan(Scope(seed, invoices, instant(BEGIN), instant(END), FaultRates.all(), entries=3, whole=True))
    requests = capture(plan)
    batches = losing(requests, set(chance.sample(range(len(requests)), len(requests) // 10)))
    arrived = list(batches.arrived)
    chance.shuffle(arrived)
    with collecting(store) as endpoint:
        deliver(endpoint, arrived)
    Correlator(store, DEFINITIONS).catch_up()
    occurrences = seen(plan, batches.lost)

    later = Reading(store, DEFINITIONS, "default", now=datetime.now(UTC) + timedelta(hours=1))
    found = {one.id: tuple((gap.first, gap.last) for gap in one.gaps) for one in later.flows.producers()}
    assert {name: gaps for name, gaps in found.items() if gaps} == batches.gaps
    assert batches.gaps

    told: dict[str, dict[object, tuple[object, object]]] = {name: {} for name in RULES}
    for one in later.flows.balances():
        told[one.rule.name][one.period, one.keys, one.unit] = (one.left, one.right)
        assert one.state == ("balanced" if one.left == one.right else "gap")
    for name, (measure, *steps) in RULES.items():
        left, right = (sums(plan, occurrences, step, measure, once=step in ONCE) for step in steps)
        expected = {key: (left.get(key, 0), right.get(key, 0)) for key in left.keys() | right.keys()}
        assert told[name] == expected, name
        assert any(amounts[0] != amounts[1] for amounts in expected.values()), "lost spans leave a gap"

    for days in (20, 60, 120, 170):
        clock = BEGIN + timedelta(days=days)
        then = Reading(store, DEFINITIONS, "default", as_of=clock, known="now")
        for source in then.flows.sources():
            known = silences(occurrences, source.rule.name, EVERY, BEGIN, clock)
            recent = [one for one in known if one[1] is None or one[1] >= clock - HISTORY]
            assert [(one.since, one.until) for one in source.silences] == recent


@pytest.mark.parametrize("seed", [1])
def test_flows_are_as_the_firm_knows_them(store: Store, seed: int) -> None:
    hold_to_truth(store, seed, invoices=20)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
def test_they_are_so_for_many_seeds(store: Store, seed: int) -> None:
    hold_to_truth(store, seed, invoices=60)
