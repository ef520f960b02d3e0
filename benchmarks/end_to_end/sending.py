"""Sending load: processes of their own, each with a few keep-alive connections, OTLP/HTTP in protobuf."""

from __future__ import annotations

import http.client
import itertools
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from benchmarks.end_to_end.business import PlannedSpan
from benchmarks.end_to_end.template import Request, Template, blocks_of

_HEADERS = {"Content-Type": "application/x-protobuf"}
_TRIES = 200


@dataclass(frozen=True)
class Load:
    """What one sender process sends. `rate` is requests per second, None: as fast as they are acknowledged."""

    port: int
    plan: Callable[[int], Iterable[PlannedSpan]]
    groups: int
    first_block: int
    requests: int
    lag: int = 0
    connections: int = 4
    rate: float | None = None


@dataclass(frozen=True)
class Sent:
    """What a sender did. Instants are `time.monotonic()`, which all processes of a machine share."""

    spans: int
    bytes: int
    began: float
    ended: float
    acknowledged_after: list[float]
    """Seconds from the beginning of each request to its acknowledgement."""
    retries: int
    cpu_seconds: float


class NotTaken(Exception):
    """The collector refused a request for good."""


class Link:
    """A keep-alive connection to the collector, for one thread."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.retries = 0

    def send(self, body: bytearray) -> None:
        """Send until it is acknowledged, as an exporter does: again after 429 and 503.

        Raises:
            NotTaken: the collector refused it for good, or too often.
        """
        for _ in range(_TRIES):
            self._connection.request("POST", "/v1/traces", body=body, headers=_HEADERS)
            answer = self._connection.getresponse()
            text = answer.read()
            if answer.status == 200:
                if text:
                    raise NotTaken(f"A part of the request was rejected: {text!r}")
                return
            if answer.status not in {429, 503}:
                raise NotTaken(f"{answer.status}: {text!r}")
            self.retries += 1
            time.sleep(float(answer.getheader("Retry-After") or 1))
        raise NotTaken(f"Refused {_TRIES} times.")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class Senders:
    """Sender processes at work."""

    def __init__(self, loads: list[Load]) -> None:
        context = multiprocessing.get_context("spawn")
        self._started = context.Event()
        self._done = context.Value("q", 0)
        self._answers: list[Connection] = []
        self._processes: list[BaseProcess] = []
        self._results: dict[int, Sent] = {}
        self.requests = sum(load.requests for load in loads)
        for load in loads:
            mine, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(load, self._started, self._done, theirs), daemon=True)
            process.start()
            theirs.close()
            self._answers.append(mine)
            self._processes.append(process)
        for answer in self._answers:
            answer.recv()  # its template is made

    def start(self) -> None:
        """Begin to send, all at once."""
        self._started.set()

    @property
    def acknowledged(self) -> int:
        """How many requests are acknowledged."""
        return int(self._done.value)

    def finished(self) -> bool:
        """Whether every sender is through. Raises NotTaken with the reason if one gave up."""
        for number, answer in enumerate(self._answers):
            if number not in self._results and answer.poll():
                result = answer.recv()
                if not isinstance(result, Sent):
                    raise NotTaken(result)
                self._results[number] = result
        return len(self._results) == len(self._processes)

    def results(self) -> list[Sent]:
        """What each did; after `finished`."""
        return list(self._results.values())

    def stop(self) -> None:
        """End the processes, whatever they do."""
        for process in self._processes:
            process.terminate()
            process.join()


@contextmanager
def senders(loads: list[Load]) -> Iterator[Senders]:
    """Sender processes that are ready to start; they are ended in the end."""
    made = Senders(loads)
    try:
        yield made
    finally:
        made.stop()


def _work(load: Load, started: Any, done: Any, answer: Connection) -> None:
    # Ctrl-C reaches the whole terminal; the benchmark itself ends its senders.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    template = Template(load.plan, load.groups)
    answer.send("ready")
    started.wait()
    began = time.monotonic()
    cpu = time.process_time()
    numbers = itertools.count()
    give = threading.Lock()

    def take() -> int | None:
        with give:
            number = next(numbers)
        return number if number < load.requests else None

    try:
        with ThreadPoolExecutor(load.connections) as threads:
            work = partial(_connection, load, template, take, done, began)
            parts = list(threads.map(work, range(load.connections)))
    except (NotTaken, OSError, http.client.HTTPException) as error:
        answer.send(f"{type(error).__name__}: {error}")
        return
    answer.send(
        Sent(
            spans=load.requests * template.spans,
            bytes=load.requests * len(template.body),
            began=began,
            ended=time.monotonic(),
            acknowledged_after=[delay for delays, _ in parts for delay in delays],
            retries=sum(retries for _, retries in parts),
            cpu_seconds=time.process_time() - cpu,
        )
    )


def _connection(
    load: Load, template: Template, take: Callable[[], int | None], done: Any, began: float, thread: int
) -> tuple[list[float], int]:
    request = Request(template, seed=load.first_block + thread)
    link = Link(load.port)
    delays: list[float] = []
    while (number := take()) is not None:
        if load.rate is not None:
            time.sleep(max(0.0, began + number / load.rate - time.monotonic()))
        blocks = blocks_of(number, first=load.first_block, count=load.requests, lag=load.lag, phases=template.phases)
        body = request.fill(blocks, time.time_ns())
        sent = time.monotonic()
        link.send(body)
        delays.append(time.monotonic() - sent)
        with done.get_lock():
            done.value += 1
    link.close()
    return delays, link.retries
