"""The queue between the host and the network: batches, promised timeouts, and every loss counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.trace import SpanContext

from spanledger._internal.finished import Finished
from spanledger._internal.problems import PROBLEMS
from spanledger._internal.sender import Sender


class Gate:
    """An exporter that keeps what it gets, and holds it back while its gate is shut."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.open = threading.Event()
        self.open.set()
        self.answer = True
        self.closed = False

    def export(self, batch: Sequence[Finished]) -> bool:
        assert self.open.wait(30)
        if not self.answer:
            raise ConnectionError("gone")
        self.batches.append(len(batch))
        return True

    def shutdown(self) -> None:
        self.closed = True
        self.open.set()


@pytest.fixture
def gate() -> Iterator[Gate]:
    found = Gate()
    yield found
    found.open.set()


def sender(gate: Gate, *, queue_size: int = 100, batch_size: int = 10, delay: float = 30.0) -> Sender:
    return Sender(lambda: gate, queue_size=queue_size, batch_size=batch_size, delay=delay)


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


def test_a_full_queue_loses_what_is_new_and_says_so(gate: Gate) -> None:
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


def test_a_failing_exporter_is_outlived(gate: Gate) -> None:
    gate.answer = False
    running = sender(gate)
    running.send(span())
    assert not running.flush(5)
    gate.answer = True
    running.send(span())
    assert running.flush(5)
    assert PROBLEMS.counts()["span_lost"] == 1
    assert running.shutdown(5)


def test_shutdown_keeps_its_timeout_and_counts_what_is_left(gate: Gate) -> None:
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
