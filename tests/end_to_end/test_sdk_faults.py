"""The SDK and a real collector in processes of their own, killed in the middle: every span is stored once, or known to be lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.server.running import Running, free_ports, up, wait_for

UNDER_LOAD = """
import sys, time, spanledger as sl
endpoint, count = sys.argv[1], int(sys.argv[2])
sl.configure(service_name="nightly", system="netsuite", endpoint=endpoint, delay=0.05, batch_size=50, timeout=2)
slowest = 0
for number in range(count):
    began = time.perf_counter_ns()
    with sl.step("invoice.posted", invoice=f"INV-{number}"):
        pass
    slowest = max(slowest, time.perf_counter_ns() - began)
    if number % 100 == 0:
        print(number, flush=True)
        time.sleep(0.1)
sl.shutdown(1)
print("done", slowest // 1000, flush=True)
"""
KILLED = """
import os, signal, sys, spanledger as sl
sl.configure(service_name="nightly", system="netsuite", endpoint=sys.argv[1], delay=0.05, timeout=2)
for number in range(200):
    sl.emit("invoice.posted", invoice=f"KEPT-{number}")
assert not sl.flush(20)
running = __import__("spanledger._internal.runtime", fromlist=["current"]).current()
running.sink._delay = 600.0
for number in range(30):
    sl.emit("invoice.posted", invoice=f"LOST-{number}")
os.kill(os.getpid(), signal.SIGKILL)
"""
NEXT = """
import sys, spanledger as sl
sl.configure(service_name="nightly", system="netsuite", endpoint=sys.argv[1], delay=0.05)
sl.emit("invoice.posted", invoice="NEXT-1")
assert sl.flush(20)
"""


MANY_AT_ONCE = """
import asyncio, sys, spanledger as sl
sl.configure(service_name="async", system="netsuite", endpoint=sys.argv[1])

async def post(number):
    with sl.step("invoice.posted", invoice=f"INV-{number}") as outer:
        await asyncio.sleep(0.001 * (number % 7))
        with sl.step("invoice.synced_to_crm", invoice=f"INV-{number}"):
            await asyncio.sleep(0)
        assert sl.current_step() is outer
    return number

async def main():
    return await asyncio.gather(*(post(number) for number in range(10_000)))

assert asyncio.run(main()) == list(range(10_000))
assert sl.flush(60)
"""
PREFORK = """
import os, signal, sys, time, spanledger as sl
sl.configure(service_name="web", system="portal", endpoint=sys.argv[1], delay=0.05)
children = []
for worker in range(4):
    child = os.fork()
    if child == 0:
        for number in range(50):
            with sl.step("expense_report.approved", expense_report=f"EXP-{worker}-{number}"):
                pass
        assert sl.flush(20)
        if worker == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        sys.exit(0)
    children.append(child)
ends = [os.waitpid(child, 0)[1] for child in children]
print(ends)
"""
SPANLEDGER = "import sys; from spanledger._internal.command import main; sys.exit(main())"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("OTEL_")}
    return inherited | {"SPANLEDGER_SPOOL": str(tmp_path / "spool")}


@pytest.fixture
def port() -> int:
    return free_ports(1)[0]


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A platform for the tests in which nobody ends it."""
    with up(tmp_path_factory.mktemp("living") / "ledger" / "data") as running:
        yield running


def started(data: Path, port: int) -> Any:
    return up(data, "--otlp-http-address", f"127.0.0.1:{port}")


def stored(running: Running, prefix: str) -> tuple[int, int]:
    """How many rows and how many different spans there are of invoices whose ids begin so."""
    sql = f"SELECT count(), uniqExact(SpanId) FROM spans WHERE startsWith(EntityIds[1], '{prefix}')"
    rows, spans = httpx2.post(running.clickhouse, content=sql.encode(), timeout=60).text.split()
    return int(rows), int(spans)


def producers(running: Running, as_of: datetime) -> list[dict[str, Any]]:
    parameters = {"whole": "true", "as_of": as_of.isoformat()}
    found: list[dict[str, Any]] = httpx2.get(f"{running.api}/v1/producers", params=parameters, timeout=60).json()[
        "items"
    ]
    return found


def test_a_collector_that_is_killed_under_load_misses_nothing(
    tmp_path: Path, port: int, environment: dict[str, str]
) -> None:
    endpoint = f"http://127.0.0.1:{port}"
    count = 3000
    with started(tmp_path / "ledger" / "data", port) as first:
        host = subprocess.Popen(
            [sys.executable, "-c", UNDER_LOAD, endpoint, str(count)], stdout=subprocess.PIPE, text=True, env=environment
        )
        assert host.stdout is not None
        while host.stdout.readline() != "1000\n":
            pass
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
    with started(tmp_path / "ledger" / "data", port) as second:
        assert "done" in host.communicate(timeout=60)[0]
        assert host.returncode == 0
        # What was kept when the host had ended is sent on by whoever comes next.
        subprocess.run([sys.executable, "-c", NEXT, endpoint], env=environment, check=True, timeout=60)
        wait_for(lambda: stored(second, "INV-")[1] == count)
        rows, spans = stored(second, "INV-")
        assert spans == count
        # An answer that was lost with the collector is asked for again: the same spans, counted once.
        assert rows <= count + 100
        later = datetime.now(UTC) + timedelta(minutes=10)
        wait_for(lambda: [one["missing"] for one in producers(second, later)] == [0, 0])


def test_a_host_that_is_killed_leaves_what_it_kept_and_the_number_of_what_it_lost(
    tmp_path: Path, port: int, environment: dict[str, str]
) -> None:
    endpoint = f"http://127.0.0.1:{port}"
    killed = subprocess.run([sys.executable, "-c", KILLED, endpoint], env=environment, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    with started(tmp_path / "ledger" / "data", port) as running:
        subprocess.run([sys.executable, "-c", NEXT, endpoint], env=environment, check=True, timeout=60)
        wait_for(lambda: stored(running, "KEPT-") == (200, 200))
        assert stored(running, "LOST-") == (0, 0)
        # Ten minutes from now nobody waits for them any more.
        later = datetime.now(UTC) + timedelta(minutes=10)
        wait_for(lambda: [one["missing"] for one in producers(running, later)] == [30, 0])
        gone, well = producers(running, later)
        assert (gone["last_number"], gone["state"]) == (231, "gap")
        assert [(one["first"], one["last"]) for one in gone["gaps"]] == [(201, 230)]
        assert well["state"] == "closed"


def test_doctor_sends_a_span_and_reads_it_back(living: Running, environment: dict[str, str]) -> None:
    arguments = ["doctor", "--endpoint", living.otlp_http, "--service", "nightly", "--sql", living.clickhouse]
    told = subprocess.run(
        [sys.executable, "-c", SPANLEDGER, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 0, told.stdout
    assert [line.partition(":")[0] for line in told.stdout.splitlines()] == [
        "ok   collector", "ok   headers", "ok   timeout", "ok   service", "ok   spool", "ok   test span", "ok   read back",
    ]  # fmt: skip
    sql = "SELECT count(), any(Step), any(length(EntityIds)) FROM spans WHERE SpanName = 'spanledger.doctor' FORMAT CSV"
    assert httpx2.post(living.clickhouse, content=sql.encode(), timeout=60).text == '1,"",0\n'


def test_ten_thousand_steps_at_once_keep_their_own_context(living: Running, environment: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-c", MANY_AT_ONCE, living.otlp_http], env=environment, check=True, timeout=120)
    assert stored(living, "INV-") == (20_000, 20_000)
    # Each inner step has the outer one of the same invoice around it.
    sql = (
        "SELECT count() FROM spans AS one INNER JOIN spans AS around "
        "ON one.ParentSpanId = around.SpanId AND one.TraceId = around.TraceId "
        "WHERE one.SpanName = 'invoice.synced_to_crm' AND one.EntityIds[1] = around.EntityIds[1]"
    )
    assert httpx2.post(living.clickhouse, content=sql.encode(), timeout=60).text == "10000\n"


def test_workers_of_a_prefork_server_are_producers_of_their_own(living: Running, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PREFORK, living.otlp_http],
        env=environment,
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "[0, 0, 0, 9]\n"
    assert stored(living, "EXP-") == (200, 200)
    # The one that was killed is told of by the next start.
    subprocess.run([sys.executable, "-c", NEXT, living.otlp_http], env=environment, check=True, timeout=60)
    later = datetime.now(UTC) + timedelta(minutes=10)

    def workers() -> list[dict[str, Any]]:
        return [one for one in producers(living, later) if one["service"] == "web"]

    wait_for(lambda: len(workers()) == 4)
    assert [(one["missing"], one["state"]) for one in workers()] == [(0, "closed")] * 4
