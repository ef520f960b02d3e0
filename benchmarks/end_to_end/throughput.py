"""How many spans per second go the whole way: OTLP in, committed, in a transaction that the API shows."""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmarks.end_to_end.business import HOURS, completed, invoice_id
from benchmarks.end_to_end.percentiles import percentile
from benchmarks.end_to_end.program import Program, ProgramFailed
from benchmarks.end_to_end.sending import Load, Senders, senders
from benchmarks.end_to_end.showing import Show
from benchmarks.end_to_end.template import blocks_of

GROUPS = 40
SPANS_PER_REQUEST = 1000
FIRST_BLOCK = 10_000_000
_PHASES = 8
_SENDERS = 2
_LOOK_EVERY_SECONDS = 0.5


@dataclass(frozen=True)
class Expected:
    """What the store must hold afterwards."""

    spans: int
    invoices: int
    time_entries: int


def loads(port: int, spans: int, spread: int, first_block: int = FIRST_BLOCK) -> list[Load]:
    """The senders' parts of `spans`; `spread` requests lie between two phases of a transaction."""
    each = max(_PHASES, spans // SPANS_PER_REQUEST // _SENDERS)
    lag = min(spread // _SENDERS, each // _PHASES)
    return [
        Load(port, completed, GROUPS, first_block + number * each, each, lag, connections=4)
        for number in range(_SENDERS)
    ]


def expected(parts: list[Load]) -> Expected:
    """What these loads make."""
    requests = sum(part.requests for part in parts)
    return Expected(requests * SPANS_PER_REQUEST, requests * GROUPS, requests * GROUPS * HOURS)


def measure(program: Program, parts: list[Load], show: Show) -> dict[str, float | int]:
    """Send everything as fast as it is acknowledged, and wait until all of it is visible."""
    cpu_before = program.cpu_seconds()
    with senders(parts) as sending, show.bar("spans per second", sending.requests * SPANS_PER_REQUEST) as advance:
        sending.start()
        most_waiting = _watch(program, sending, advance)
        _wait_until_visible(program, parts)
        visible = time.monotonic()
        cpu_after = program.cpu_seconds()
        results = sending.results()
    began = min(result.began for result in results)
    acknowledged = max(result.ended for result in results) - began
    total = visible - began
    spans = sum(result.spans for result in results)
    delays = [delay for result in results for delay in result.acknowledged_after]
    figures: dict[str, float | int] = {
        "spans_per_second_end_to_end": round(spans / total),
        "spans_sent": spans,
        "seconds_end_to_end": round(total, 1),
        "spans_per_second_acknowledged": round(spans / acknowledged),
        "acknowledgement_p50_ms": round(1000 * percentile(delays, 50), 1),
        "acknowledgement_p95_ms": round(1000 * percentile(delays, 95), 1),
        "requests_repeated": sum(result.retries for result in results),
        "spans_waiting_most": most_waiting,
        "requests_between_steps": parts[0].lag * len(parts),
        "wire_bytes_per_span": round(sum(result.bytes for result in results) / spans),
        "sender_cores_busy": round(sum(result.cpu_seconds for result in results) / acknowledged, 2),
    }
    if cpu_before is not None and cpu_after is not None:
        figures["program_cores_busy"] = round((cpu_after - cpu_before) / total, 2)
    return figures


def _watch(program: Program, sending: Senders, advance: Show.Advance) -> int:
    """Look on until everything is acknowledged; returns the most spans that were seen waiting for the correlator."""
    most = 0
    while not sending.finished():
        waiting = program.spans_waiting()
        most = max(most, waiting)
        advance(sending.acknowledged * SPANS_PER_REQUEST, f"{waiting:,} wait for the correlator")
        time.sleep(_LOOK_EVERY_SECONDS)
    advance(sending.requests * SPANS_PER_REQUEST, "all acknowledged")
    return most


def _wait_until_visible(program: Program, parts: list[Load]) -> None:
    """Return when no span waits any more and every invoice of the last requests is completed."""
    program.wait_until_counted()
    for part in parts:
        last = blocks_of(part.requests - 1, first=part.first_block, count=part.requests, lag=part.lag, phases=_PHASES)
        for block in set(last):
            invoice = invoice_id(block, GROUPS - 1)
            status = program.api.read(f"/v1/transactions/invoice-to-cash/{invoice}")["status"]
            if status != "completed":
                raise ProgramFailed(f"Every span of {invoice} was counted, and it is {status}, not completed.")
