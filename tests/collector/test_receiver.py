"""The collector as a whole: ports, a clean stop, and a kill in the middle of everything."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx2
import pytest

from spanledger_collector import Collector, CollectorConfig
from spanledger_store import SettingInvalid, Store
from tests.collector.conftest import FREE, PROTOBUF, Sender, in_flight
from tests.collector.making import request, span

PROGRAM = """
import sys, time
from spanledger_collector import Collector, CollectorConfig
from spanledger_store import Store
store = Store.open("chdb://" + sys.argv[1])
store.migrate()
collector = Collector(store, CollectorConfig(("127.0.0.1", 0), ("127.0.0.1", 0)))
collector.start()
print(collector.http_port, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("protocol", ["http", "grpc"])
def test_a_port_in_use_is_refused_by_name(shared_store: Store, protocol: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        collector = Collector(
            shared_store,
            CollectorConfig(
                **({"http_address": FREE, "grpc_address": FREE} | {f"{protocol}_address": ("127.0.0.1", port)})
            ),
        )
        with pytest.raises(SettingInvalid, match=f"127.0.0.1:{port}"):
            collector.start()
        collector.stop()


def test_a_limit_that_no_request_could_meet_is_refused() -> None:
    with pytest.raises(ValueError, match="max_in_flight_bytes"):
        CollectorConfig(max_in_flight_bytes=10)
    with pytest.raises(ValueError, match="commit_threads"):
        CollectorConfig(commit_threads=0)


def test_stopping_answers_what_is_under_way(shared_store: Store, sender: Sender) -> None:
    collector = Collector(shared_store, CollectorConfig(FREE, FREE, default_tenant=sender.tenant, group_max_delay=60.0))
    collector.start()
    url = f"http://127.0.0.1:{collector.http_port}/v1/traces"
    bodies = [request(span()).SerializeToString() for _ in range(5)]
    answers: list[int] = []

    def post(body: bytes) -> None:
        answers.append(httpx2.post(url, content=body, headers=PROTOBUF, timeout=30).status_code)

    threads = [threading.Thread(target=post, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    while in_flight(collector) < sum(map(len, bodies)):
        time.sleep(0.001)
    started = time.monotonic()
    collector.stop(10)
    assert time.monotonic() - started < 10
    for thread in threads:
        thread.join()
    assert answers == [200] * 5
    assert len(sender.rows("TraceId")) == 5
    with pytest.raises(httpx2.TransportError):
        httpx2.post(url, content=b"", headers=PROTOBUF)


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    """Three times: load from eight connections, SIGKILL in the midst of it, and every acknowledged span is there."""
    acknowledged: set[str] = set()
    for turn in range(3):
        process, port = _started(tmp_path / "store")
        stop = threading.Event()
        threads = [
            threading.Thread(target=_load, args=(port, f"{turn}-{number}", stop, acknowledged)) for number in range(8)
        ]
        for thread in threads:
            thread.start()
        _wait_for(len(acknowledged) + 7 + 5 * turn, acknowledged)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        stop.set()
        for thread in threads:
            thread.join()
    assert len(acknowledged) >= 36
    count = (
        "from spanledger_store import Store; import sys\n"
        "store = Store.open('chdb://' + sys.argv[1])\n"
        "for row in store.query('SELECT SpanName, uniqExact(TraceId, SpanId) FROM spans GROUP BY 1').result_rows:\n"
        "    print(*row)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", count, str(tmp_path / "store")], capture_output=True, text=True, check=True
    ).stdout
    stored = {name for name, ids in (line.split() for line in found.splitlines()) if ids == "10"}
    assert acknowledged <= stored


def _wait_for(count: int, acknowledged: set[str]) -> None:
    until = time.monotonic() + 30
    while len(acknowledged) < count:
        assert time.monotonic() < until, f"only {len(acknowledged)} requests were acknowledged"
        time.sleep(0.003)


def _started(directory: Path) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(directory)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        return process, int(process.stdout.readline())


def _load(port: int, name: str, stop: threading.Event, acknowledged: set[str]) -> None:
    """Send requests of ten spans that share a name, and note the names that were acknowledged."""
    number = 0
    with httpx2.Client(timeout=30) as client:
        while not stop.is_set():
            label = f"{name}-{number}"
            body = request(*(span(name=label) for _ in range(10))).SerializeToString()
            try:
                answer = client.post(f"http://127.0.0.1:{port}/v1/traces", content=body, headers=PROTOBUF)
            except httpx2.TransportError:
                return
            if answer.status_code == 200:
                acknowledged.add(label)
            number += 1
