"""Senders for a given time: processes of their own, a thread for each connection, OTLP/HTTP or gRPC in protobuf."""

from __future__ import annotations

import http.client
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import grpc

from benchmarks.end_to_end.business import PlannedSpan, Value
from benchmarks.end_to_end.template import Request, Template

Protocol = Literal["http", "grpc"]
_EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_HEADERS = {"Content-Type": "application/x-protobuf"}
_PROCESSES = 2


@dataclass(frozen=True)
class Load:
    """What is sent: requests of so many `spans`, over so many `connections`, for `seconds`."""

    protocol: Protocol
    port: int
    spans: int
    connections: int
    seconds: float


@dataclass(frozen=True)
class Sent:
    """What became of it. `latencies` are seconds from the first byte of each acknowledged request to its answer."""

    requests: int
    refused: int
    latencies: list[float]
    cpu_seconds: float


def plan(group: int) -> Iterator[PlannedSpan]:
    """One business span of 12 attributes."""
    attributes: dict[str, Value] = {
        "business.process": "invoice-to-cash",
        "business.step": "invoice.posted",
        "business.system": "netsuite",
        "business.entity.invoice": f"INV-{{block}}-{group:05d}",
        "business.entity.project": "PRJ-{client}",
        "business.amount": f"{1000 + group}.50",
        "business.currency": "EUR",
        "business.legal_entity": "DE01",
        "business.region": "emea",
        "business.idempotency_key": f"post-{{block}}-{group:05d}",
        "business.attempt": 1,
        "http.response.status_code": 200,
    }
    yield PlannedSpan("invoice.posted", 0, "netsuite", attributes, group)


def send(load: Load) -> Sent:
    """Send it, from as many processes as pay; returns what all of them did together."""
    shares = [load.connections // _PROCESSES + (n < load.connections % _PROCESSES) for n in range(_PROCESSES)]
    context = multiprocessing.get_context("spawn")
    started = context.Event()
    answers: list[Any] = []
    processes = []
    for number, connections in enumerate(share for share in shares if share):
        mine, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(load, number, connections, started, theirs), daemon=True)
        process.start()
        answers.append(mine)
        processes.append(process)
    try:
        for answer in answers:
            answer.recv()  # its template is made
        started.set()
        parts = [answer.recv() for answer in answers]
    finally:
        for process in processes:
            process.terminate()
            process.join()
    for part in parts:
        if not isinstance(part, Sent):
            raise OSError(part)
    return Sent(
        sum(part.requests for part in parts),
        sum(part.refused for part in parts),
        [latency for part in parts for latency in part.latencies],
        sum(part.cpu_seconds for part in parts),
    )


def _work(load: Load, number: int, connections: int, started: Any, answer: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    template = Template(plan, load.spans)
    answer.send("ready")
    started.wait()
    cpu = time.process_time()
    ends = time.monotonic() + load.seconds
    try:
        with ThreadPoolExecutor(connections) as threads:
            work = partial(_connection, load, template, ends)
            parts = list(threads.map(work, range(1000 * number, 1000 * number + connections)))
    except (OSError, http.client.HTTPException, grpc.RpcError) as error:
        answer.send(f"{type(error).__name__}: {error}")
        return
    latencies = [latency for some, _ in parts for latency in some]
    refused = sum(count for _, count in parts)
    answer.send(Sent(len(latencies), refused, latencies, time.process_time() - cpu))


def _connection(load: Load, template: Template, ends: float, number: int) -> tuple[list[float], int]:
    request = Request(template, seed=number)
    export = _http(load.port) if load.protocol == "http" else _grpc(load.port)
    latencies: list[float] = []
    refused = 0
    turn = 0
    while (sent := time.monotonic()) < ends:
        body = request.fill([number * 10_000 + turn % 10_000], time.time_ns())
        turn += 1
        if export(bytes(body)):
            latencies.append(time.monotonic() - sent)
        else:
            refused += 1
            time.sleep(1)
    return latencies, refused


def _http(port: int) -> Callable[[bytes], bool]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def export(body: bytes) -> bool:
        connection.request("POST", "/v1/traces", body=body, headers=_HEADERS)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status in (429, 503):
            return False
        if answer.status != 200 or text:
            raise OSError(f"answered {answer.status}: {text[:200]!r}")
        return True

    return export


def _grpc(port: int) -> Callable[[bytes], bool]:
    options = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_send_message_length", -1)]
    call: Any = grpc.insecure_channel(f"127.0.0.1:{port}", options).unary_unary(_EXPORT)

    def export(body: bytes) -> bool:
        try:
            answer = call(body, timeout=120)
        except grpc.RpcError as error:
            code = getattr(error, "code", lambda: None)()
            if code in (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE):
                return False
            raise
        if answer:
            raise OSError(f"a part was rejected: {answer[:200]!r}")
        return True

    return export
