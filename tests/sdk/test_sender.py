"""The queue between the host and the network: batches, promised timeouts, and every loss counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.trace import SpanContext

from spanledger._internal.finished import Finished
from spanledger._internal.problems import PROBLEMS
from spanledger._internal.sending.answers import Answer, Later, Taken
from spanledger._internal.sending.delivery import Delivery
from spanledger._internal.sending.encoding import request, spans_in
from spanledger._internal.sending.sender import Sender
from spanledger._internal.sending.spool import Spool


class Gate:
    """A transport that counts what it gets, and holds it back while its gate is shut."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.open = threading.Event()
        self.open.set()
        self.answer: Answer | Exception = Taken()
        self.closed = False
        self.asked = 0

    def send(self, body: bytes) -> Answer:
        self.asked += 1
        assert self.open.wait(30)
        if isinstance(self.answer, Exception):
            raise self.answer
        if isinstance(self.answer, Taken):
            self.batches.append(spans_in(body))
        return self.answer

    def close(self) -> None:
        self.closed = True
        self.open.set()


@pytest.fixture
def gate() -> Iterator[Gate]:
    found = Gate()
    yield found
    found.open.set()


def sender(
    gate: Gate, *, queue_size: int = 100, batch_size: int = 10, delay: float = 30.0, spool: Spool | None = None
) -> Sender:
    return Sender(
        lambda: Delivery(lambda: gate, Resource({}), spool), queue_size=queue_size, batch_size=batch_size, delay=delay
    )


def span(name: str = "invoice.posted") -> Finished:
    return Finished(
        name, SpanContext(1, 1, is_remote=False), None, 1, 2, {}, failed=False, description=None, raised=None
    )


def test_full_batches_go_at_once_and_the_rest_on_flush(gate: Gate) -> None:
    running = sender(gate)
    for _ in range(25):
        running.send(span())
    assert running.flush(5)
    assert sum(gate.batches) == 25
    assert max(gate.batches) <= 10
    assert running.shutdown(5)
    assert gate.closed


def test_a_lone_span_waits_for_others_only_so_long(gate: Gate) -> None:
    running = sender(gate, delay=0.05)
    running.send(span())
    deadline = time.monotonic() + 5
    while not gate.batches and time.monotonic() < deadline:
        time.sleep(0.01)
    assert gate.batches == [1]
    assert running.shutdown(5)


def test_a_flush_keeps_its_timeout(gate: Gate) -> None:
    gate.open.clear()
    running = sender(gate)
    running.send(span())
    began = time.monotonic()
    assert not running.flush(0.1)
    assert time.monotonic() - began < 1
    gate.open.set()
    assert running.flush(5)
    assert running.shutdown(5)


def test_a_full_queue_loses_the_oldest_and_says_so(gate: Gate) -> None:
    gate.open.clear()
    running = sender(gate, queue_size=5, batch_size=5)
    began = time.monotonic()
    for _ in range(50):
        running.send(span())
    assert time.monotonic() - began < 1
    lost = PROBLEMS.counts()["span_lost"]
    assert 40 <= lost <= 45
    gate.open.set()
    assert running.shutdown(5)
    assert sum(gate.batches) == 50 - lost


def test_a_fault_of_our_own_is_outlived(gate: Gate) -> None:
    gate.answer = RuntimeError("a fault of ours")
    running = sender(gate)
    running.send(span())
    assert not running.flush(5)
    gate.answer = Taken()
    running.send(span())
    assert running.flush(5)
    assert PROBLEMS.counts()["span_lost"] == 1
    assert running.shutdown(5)


def test_without_a_spool_spans_wait_in_memory_and_the_oldest_make_room(gate: Gate) -> None:
    gate.answer = Later("busy", after=1.0)
    running = sender(gate, queue_size=20, delay=0.01)
    for number in range(30):
        running.send(span(f"number.{number}"))
    assert not running.flush(0.3)
    lost = PROBLEMS.counts()["span_lost"]
    assert lost == 10
    gate.answer = Taken()
    assert running.flush(10)
    assert sum(gate.batches) == 20
    assert running.shutdown(5)


def test_a_collector_that_is_away_is_left_alone(gate: Gate) -> None:
    gate.answer = Later("busy", after=60.0)
    running = sender(gate, delay=0.01)
    for _ in range(60):
        running.send(span())
    assert not running.flush(0.5)
    assert gate.asked == 1
    # The end asks once more, and does not wait for what it is told.
    gate.answer = Taken()
    assert running.shutdown(5)
    assert sum(gate.batches) == 60


def test_with_a_spool_the_end_keeps_what_is_left(gate: Gate, tmp_path: Path) -> None:
    gate.open.clear()
    spool = Spool(tmp_path, 10**6)
    running = sender(gate, spool=spool)
    for _ in range(30):
        running.send(span())
    began = time.monotonic()
    assert running.shutdown(0.1)
    assert time.monotonic() - began < 1
    assert sum(one.spans for one in spool.waiting()) == 30
    assert "span_lost" not in PROBLEMS.counts()
    # The next start sends it on, beside its own.
    gate.open.set()
    following = Gate()
    later = sender(following, delay=0.01, spool=spool)
    later.send(span())
    ends = time.monotonic() + 5
    while spool.waiting() and time.monotonic() < ends:
        time.sleep(0.01)
    assert sum(following.batches) == 31
    assert later.shutdown(5)


def test_while_the_collector_is_away_everything_goes_to_the_spool(gate: Gate, tmp_path: Path) -> None:
    gate.answer = Later("busy", after=1.0)
    spool = Spool(tmp_path, 10**6)
    running = sender(gate, delay=0.01, spool=spool)
    for _ in range(35):
        running.send(span())
    assert not running.flush(5)
    assert sum(one.spans for one in spool.waiting()) == 35
    gate.answer = Taken()
    ends = time.monotonic() + 10
    while spool.waiting() and time.monotonic() < ends:
        time.sleep(0.01)
    assert sum(gate.batches) == 35
    assert running.flush(1)
    assert running.shutdown(5)


def test_a_steady_stream_leaves_time_for_what_waits_on_the_disk(gate: Gate, tmp_path: Path) -> None:
    spool = Spool(tmp_path, 10**6)
    for _ in range(3):
        spool.put(request([span()] * 5, Resource({})), 5)
    running = sender(gate, batch_size=1, delay=0.001, spool=spool)
    ends = time.monotonic() + 10
    while spool.waiting() and time.monotonic() < ends:
        # There is always one more that waits.
        running.send(span())
        running.send(span())
        time.sleep(0.001)
    assert spool.waiting() == []
    assert running.shutdown(5)


def test_a_damaged_file_spoils_no_other(gate: Gate, tmp_path: Path) -> None:
    spool = Spool(tmp_path, 10**6)
    for body in (request([span()] * 5, Resource({})), b"\xff\xff\xff", request([span()] * 5, Resource({}))):
        spool.put(body, 5)
    running = sender(gate, delay=0.01, spool=spool)
    running.send(span())
    assert running.flush(5)
    ends = time.monotonic() + 5
    while spool.waiting() and time.monotonic() < ends:
        time.sleep(0.01)
    assert sum(gate.batches) == 11
    assert PROBLEMS.counts()["span_lost"] == 5
    running.shutdown(5)


def test_shutdown_without_a_spool_keeps_its_timeout_and_counts_what_is_left(gate: Gate) -> None:
    gate.open.clear()
    running = sender(gate)
    for _ in range(30):
        running.send(span())
    began = time.monotonic()
    assert not running.shutdown(0.1)
    assert time.monotonic() - began < 1
    assert PROBLEMS.counts()["span_lost"] == 30
    running.send(span())
    assert PROBLEMS.counts()["span_lost"] == 31
    assert running.shutdown(0.1)


def test_many_threads_lose_nothing(gate: Gate) -> None:
    running = sender(gate, queue_size=10_000, batch_size=7, delay=0.001)

    def send_many() -> None:
        for _ in range(200):
            running.send(span())

    threads = [threading.Thread(target=send_many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert running.flush(10)
    assert sum(gate.batches) == 1600
    assert running.shutdown(5)
