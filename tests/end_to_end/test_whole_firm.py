"""The whole pack against a firm that plays all of it, in nine systems and with every fault: all exact."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import load_definitions
from spanledger_correlator.reading import Reading
from spanledger_server.simulate import FaultRates, Scope, capture, make_plan, truth
from spanledger_server.simulate.plan.instant import instant
from spanledger_server.simulate.span_ids import span_ids
from spanledger_store import Store

from .real_logs_path import collecting
from .test_truth import later
from .truth_check import deliver, differences, found, moment, wanted

START, END = instant(datetime(2026, 1, 5, tzinfo=UTC)), instant(datetime(2026, 7, 1, tzinfo=UTC))
PACK = load_definitions([])


def hold_to_truth(store: Store, seed: int, invoices: int) -> None:
    scope = Scope(seed, invoices, START, END, FaultRates.all(), entries=3, whole=True)
    plan = make_plan(scope)
    requests = capture(plan)
    random.Random(seed).shuffle(requests)
    correlator = Correlator(store, PACK)
    half = len(requests) // 2 + 1
    with collecting(store) as endpoint:
        for number in range(0, len(requests), half):
            deliver(endpoint, requests[max(0, number - 3) : number + half])
            correlator.catch_up()
    at = later()
    known = truth(plan, at)
    assert {one.process for one in known.transactions} == {one.process for one in PACK}
    assert differences(found(store, PACK, at), wanted(known)) == []
    assert {
        (row["TraceId"], row["SpanId"], row["Reason"])
        for row in Reading(store, PACK, "default", now=moment(at)).orphans()
    } == {
        (ids.trace_id, ids.span_id, stray.reason)
        for stray in known.orphans
        for ids in [span_ids(plan.book, stray.occurrence)]
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_transaction_of_every_process_is_as_the_firm_knows_it(store: Store, seed: int) -> None:
    hold_to_truth(store, seed, invoices=20)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4, 24))
def test_it_is_so_for_many_seeds(store: Store, seed: int) -> None:
    hold_to_truth(store, seed, invoices=60)
