"""What a query may cost, and how it ends when it costs more: by the engine, from outside, or with its client."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from spanledger_api.clickhouse.asked import LARGEST_BODY
from spanledger_api.clickhouse.statement import LONGEST
from spanledger_store import QueryLimits, Store

from .conftest import Door, open_door, tokens

SLOW = "SELECT max(sipHash64(number)) FROM numbers(1000000000000)"


def running(store: Store) -> int:
    """Queries of the interface that the engine is at."""
    return int(store.command("SELECT count() FROM system.processes WHERE query LIKE '/* % */ SELECT max(sipHash64%'"))


def wait_until_none_runs(store: Store) -> None:
    ends = time.monotonic() + 15
    while running(store):
        assert time.monotonic() < ends
        time.sleep(0.05)


@pytest.fixture(scope="module")
def strict(two_tenants: Store) -> Iterator[Door]:
    limits = QueryLimits(seconds=1, rows=1_000_000_000, memory_bytes=200_000_000)
    with open_door(two_tenants, tokens(), limits) as door:
        yield door


@pytest.fixture
def patient(two_tenants: Store) -> Iterator[Door]:
    limits = QueryLimits(seconds=300, rows=10**13, memory_bytes=2 * 1024**3)
    with open_door(two_tenants, tokens(), limits) as door:
        yield door


def test_the_engine_ends_what_takes_too_long_or_too_much(strict: Door) -> None:
    slow = strict.ask("SELECT max(sipHash64(number)) FROM numbers(900000000)")
    assert (slow.status_code, slow.headers["X-ClickHouse-Exception-Code"]) == (408, "159")
    large = strict.ask(SLOW)
    assert large.headers["X-ClickHouse-Exception-Code"] == "158"
    heavy = strict.ask("SELECT groupArray(number) FROM numbers(100000000)")
    assert heavy.headers["X-ClickHouse-Exception-Code"] in {"241", "159"}


def test_a_client_that_waits_less_long_is_told_so(patient: Door, two_tenants: Store) -> None:
    answer = patient.ask(SLOW, max_execution_time="0.3")
    assert answer.headers["X-ClickHouse-Exception-Code"] == "394"
    assert "longer than 0.3 s" in answer.text
    wait_until_none_runs(two_tenants)


def test_a_query_ends_with_its_client(patient: Door, two_tenants: Store) -> None:
    with contextlib.suppress(httpx2.TimeoutException):
        httpx2.post(patient.url, content=SLOW, headers={"X-ClickHouse-Key": "acme-token"}, timeout=1)
    wait_until_none_runs(two_tenants)
    # The handle that it was ended on is not used again, and others are.
    assert patient.rows("SELECT 1 AS one") == [{"one": 1}]


def test_more_than_wait_for_their_turn_are_sent_away(patient: Door, two_tenants: Store) -> None:
    def ask(_: int) -> Any:
        return patient.ask(SLOW, max_execution_time="4").headers["X-ClickHouse-Exception-Code"]

    with ThreadPoolExecutor(100) as pool:
        codes = list(pool.map(ask, range(100)))
    assert set(codes) == {"394", "202"}
    wait_until_none_runs(two_tenants)


def test_too_long_and_too_deep(door: Door) -> None:
    assert "characters" in door.ask("SELECT " + "1," * LONGEST + "1").text
    assert "more than" in door.ask("x" * (LARGEST_BODY + 1)).text
    assert "brackets within brackets" in door.ask("SELECT " + "(" * 500 + "1" + ")" * 500).text
    deep = door.ask("SELECT " + "(" * 99 + "1" + ")" * 99)
    assert deep.status_code in {200, 400}
