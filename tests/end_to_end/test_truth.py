"""The correlator against what the simulated firm knows of itself: all exact, transaction by transaction."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import load_definitions
from spanledger_correlator.reading import Reading
from spanledger_server.simulate import (
    PLAYED,
    FaultRates,
    Scope,
    SimulationOptions,
    capture,
    make_plan,
    simulate,
    truth,
)
from spanledger_server.simulate.plan.instant import instant
from spanledger_server.simulate.span_ids import span_ids
from spanledger_store import Store

from .real_logs_path import collecting
from .truth_check import deliver, differences, found, moment, totals, wanted

START, END = instant(datetime(2026, 1, 5, tzinfo=UTC)), instant(datetime(2026, 7, 1, tzinfo=UTC))
DEFINITIONS = load_definitions([], pack=PLAYED)


def later() -> int:
    """An instant at which every span that was stored till now has had its time to wait."""
    return instant((datetime.now(UTC) + timedelta(hours=2)).replace(microsecond=0))


def hold_to_truth(store: Store, seed: int, invoices: int) -> None:
    plan = make_plan(Scope(seed=seed, invoices=invoices, start=START, end=END, rates=FaultRates.all(), entries=4))
    requests = capture(plan)
    random.Random(seed).shuffle(requests)
    correlator = Correlator(store, DEFINITIONS)
    third = len(requests) // 3 + 1
    with collecting(store) as endpoint:
        for number in range(0, len(requests), third):
            # Every group is delivered with some requests of the one before: a client's retry after a lost answer.
            deliver(endpoint, requests[max(0, number - 3) : number + third])
            correlator.catch_up()
    at = later()
    known = truth(plan, at)
    seen = found(store, DEFINITIONS, at)
    assert differences(seen, wanted(known)) == []
    assert totals(seen) == totals(wanted(known))
    assert {
        (row["TraceId"], row["SpanId"], row["Reason"])
        for row in Reading(store, DEFINITIONS, "default", now=moment(at)).orphans()
    } == {
        (ids.trace_id, ids.span_id, stray.reason)
        for stray in known.orphans
        for ids in [span_ids(plan.book, stray.occurrence)]
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_transaction_is_as_the_firm_knows_it(store: Store, seed: int) -> None:
    hold_to_truth(store, seed, invoices=60)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4, 24))
def test_every_transaction_is_as_the_firm_knows_it_for_many_seeds(store: Store, seed: int) -> None:
    hold_to_truth(store, seed, invoices=120)


def test_four_processes_over_sockets_come_to_the_same(store: Store) -> None:
    options = SimulationOptions(seed=5, size=25, months=3, minutes=0, rates=FaultRates.all())
    with collecting(store) as endpoint:
        options = SimulationOptions(
            endpoint=endpoint, seed=5, size=25, months=3, minutes=0, rates=FaultRates.all(), until=options.until
        )
        report = simulate(options)
    Correlator(store, DEFINITIONS).catch_up()
    at = later()
    assert differences(found(store, DEFINITIONS, at), wanted(truth(report.plan, at))) == []
