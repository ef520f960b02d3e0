"""How long the answer to "what is stuck?" takes while very many invoices are open."""

from __future__ import annotations

import time

from benchmarks.end_to_end.business import open_invoice, stuck_share
from benchmarks.end_to_end.percentiles import percentile
from benchmarks.end_to_end.program import Program, ProgramFailed
from benchmarks.end_to_end.sending import Load, senders
from benchmarks.end_to_end.showing import Show

GROUPS = 500
FIRST_BLOCK = 40_000_000
_WARM_UP = 10

_FILTERS: dict[str, dict[str, str | int]] = {
    "owner": {"owner": "collections"},
    "reason": {"reason": "rejected_record"},
    "severity": {"severity": "critical"},
    "legal_entity": {"legal_entity": "DE01"},
    "amount": {"currency": "EUR", "min_amount": "5000"},
}


def measure(program: Program, invoices: int, times: int, show: Show) -> dict[str, float | int]:
    """Send so many open invoices, a fifth of them stuck, and ask for the stuck ones so many times each way."""
    program.wait_until_counted()
    before = _counts(program)
    _send(program, invoices, show)
    is_open, stuck = _counts(program)
    # Invoices that other parts of the benchmark left open are open as well, and not stuck yet.
    if is_open - before[0] != invoices or stuck - before[1] != stuck_share(invoices):
        raise ProgramFailed(
            f"{invoices:,} open invoices were sent, {stuck_share(invoices):,} of them stuck; "
            f"the API counts {is_open - before[0]:,} and {stuck - before[1]:,} more than before."
        )
    size = f"at_{round(is_open / 1000)}k_open"
    figures: dict[str, float | int] = {"stuck_query_open_transactions": is_open, "stuck_query_stuck": stuck}
    filtered: list[float] = []
    with show.bar("stuck query", (1 + len(_FILTERS)) * times) as advance:
        default = _ask(program, {"entity": "invoice"}, times)
        advance(times, "")
        figures[f"stuck_query_p50_ms_{size}"] = round(1000 * percentile(default, 50), 1)
        figures[f"stuck_query_p95_ms_{size}"] = round(1000 * percentile(default, 95), 1)
        for number, (name, parameters) in enumerate(_FILTERS.items(), start=2):
            took = _ask(program, {"entity": "invoice", **parameters}, times)
            advance(number * times, name)
            figures[f"stuck_query_by_{name}_p95_ms_{size}"] = round(1000 * percentile(took, 95), 1)
            filtered += took
    figures[f"stuck_query_filtered_p50_ms_{size}"] = round(1000 * percentile(filtered, 50), 1)
    figures[f"stuck_query_filtered_p95_ms_{size}"] = round(1000 * percentile(filtered, 95), 1)
    return figures


def _send(program: Program, invoices: int, show: Show) -> None:
    load = Load(program.otlp_port, open_invoice, GROUPS, FIRST_BLOCK, requests=invoices // GROUPS)
    with senders([load]) as sending, show.bar("open invoices", invoices) as advance:
        sending.start()
        while not sending.finished() or program.spans_waiting():
            advance(sending.acknowledged * GROUPS, f"{program.spans_waiting():,} spans wait for the correlator")
            time.sleep(0.1)
        advance(invoices, "")


def _ask(program: Program, parameters: dict[str, str | int], times: int) -> list[float]:
    """Seconds from the question to the last byte of the answer, each time, after a warm-up."""
    took: list[float] = []
    for number in range(_WARM_UP + times):
        began = time.monotonic()
        status, body = program.api.ask("/v1/stuck", **parameters)
        if number >= _WARM_UP:
            took.append(time.monotonic() - began)
        if status != 200 or b'"items":[]' in body:
            raise ProgramFailed(f"/v1/stuck with {parameters} was answered with {status}: {body[:500]!r}")
    return took


def _counts(program: Program) -> tuple[int, int]:
    """How many invoices are open, and how many of them stuck."""
    found = program.api.read("/v1/processes/invoice-to-cash")
    return found["open"], found["stuck"]
