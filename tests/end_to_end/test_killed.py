"""Killed in the middle, more than once, the platform ends where the firm knows it must: the stuck list is exact."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from spanledger_server.simulate import PLAYED, FaultRates, FirmTruth, Scope, capture, make_plan, truth
from spanledger_server.simulate.plan.instant import instant
from tests.server.running import Running, up, wait_for

START, END = instant(datetime(2026, 1, 5, tzinfo=UTC)), instant(datetime(2026, 7, 1, tzinfo=UTC))
SEED = 12


def acknowledged(client: httpx2.Client, running: Running, body: bytes) -> bool:
    """Whether the collector took the request."""
    try:
        answer = client.post(
            f"{running.otlp_http}/v1/traces", content=body, headers={"content-type": "application/x-protobuf"}
        )
    except httpx2.TransportError:
        return False
    return answer.status_code == 200


def caught_up(client: httpx2.Client, running: Running) -> bool:
    """Whether the correlator has taken in all that is stored."""
    return bool(client.get(f"{running.api}/v1/progress").json()["spans_waiting"] == 0)


def stuck(running: Running) -> dict[str, Any]:
    """The API's answer on every process."""
    answer = httpx2.get(f"{running.api}/v1/stuck?limit=10000", timeout=60, trust_env=False)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def as_answered(body: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    return {
        item["key"]: (
            item["waiting_for"],
            item["why"]["kind"],
            item["why"]["code"] or "",
            item["why"]["message"] or "",
            item["owner"],
            item["sla_state"],
            {money["currency"]: Decimal(money["open"]) for money in item["amounts"]},
        )
        for item in body["items"]
    }


def as_known(firm: FirmTruth) -> dict[str, tuple[Any, ...]]:
    return {
        one.key: (
            one.waiting_for,
            one.why.kind if one.why else None,
            one.why.code if one.why else None,
            one.why.message if one.why else None,
            one.owner,
            one.sla,
            one.open_amounts,
        )
        for one in firm.transactions
        if one.stuck
    }


def test_kill_9_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    plan = make_plan(Scope(seed=SEED, invoices=40, start=START, end=END, rates=FaultRates.all(), entries=4))
    requests = capture(plan, batch_size=25)
    dice = random.Random(SEED)
    dice.shuffle(requests)
    deaths = sorted(dice.sample(range(5, len(requests) - 5), 2))
    waiting = list(requests)
    sent = 0
    body: dict[str, Any] = {}
    with httpx2.Client(timeout=30, trust_env=False) as client:
        while waiting:
            with up(tmp_path / "data", "--pack", ",".join(PLAYED)) as running:
                while waiting:
                    if deaths and sent >= deaths[0]:
                        deaths.pop(0)
                        # The correlator is somewhere in the middle of what came before.
                        time.sleep(dice.uniform(0, 1))
                        running.process.kill()
                        running.process.wait()
                        # A client that got no answer sends again: so does this one, with what it sent last.
                        waiting = requests[max(0, sent - 3) : sent] + waiting
                        break
                    assert acknowledged(client, running, waiting[0])
                    waiting.pop(0)
                    sent += 1
                else:
                    wait_for(partial(caught_up, client, running), seconds=120)
                    body = stuck(running)
    at = int(datetime.fromisoformat(body["as_of"]).timestamp() * 1_000_000) * 1_000
    known = as_known(truth(plan, at))
    assert len(known) > 20
    assert as_answered(body) == known
    totals: dict[str, Decimal] = {}
    for _, _, _, _, _, _, amounts in known.values():
        for currency, amount in amounts.items():
            totals[currency] = totals.get(currency, Decimal(0)) + amount
    assert {total["currency"]: Decimal(total["amount"]) for total in body["totals"]} == totals
