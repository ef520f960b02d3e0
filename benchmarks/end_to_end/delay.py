"""How long after its acknowledgement an invoice is there for whoever asks, while other load comes in steadily."""

from __future__ import annotations

import random
import time

from benchmarks.end_to_end.business import completed, generated, invoice_id
from benchmarks.end_to_end.percentiles import percentile
from benchmarks.end_to_end.program import Program, ProgramFailed
from benchmarks.end_to_end.sending import Link, Load, senders
from benchmarks.end_to_end.showing import Show
from benchmarks.end_to_end.template import Request, Template

GROUPS = 20
SPANS_PER_REQUEST = 500
"""About what the batch processors of OpenTelemetry's SDKs send at once by default (512)."""
FIRST_BLOCK = 20_000_000
FIRST_PROBE = 60_000_000
_SPREAD = 30
_SETTLE_SECONDS = 2.0
_POLL_SECONDS = 0.02
_PAUSE_SECONDS = 0.3
_GIVE_UP_SECONDS = 120.0


def measure(
    program: Program, spans_per_second: int, seconds: float, show: Show, number: int = 0
) -> dict[str, float | int]:
    """Probe one invoice after the other for so long; `number` keeps the ids of several calls apart."""
    rate = spans_per_second / SPANS_PER_REQUEST
    requests = max(8, round(rate * (seconds + _SETTLE_SECONDS)))
    first_block = FIRST_BLOCK + number * 1_000_000
    load = Load(program.otlp_port, completed, GROUPS, first_block, requests, min(_SPREAD, requests // 8), rate=rate)
    probes = _Probes(program, FIRST_PROBE + number * 1_000_000)
    pause = random.Random(number)
    delays: list[float] = []
    program.wait_until_counted()
    title = f"delay at {spans_per_second:,}/s"
    with senders([load]) as sending, show.bar(title, requests * SPANS_PER_REQUEST) as advance:
        sending.start()
        time.sleep(_SETTLE_SECONDS)
        while not sending.finished():
            delays.append(probes.probe())
            remark = f"{len(delays)} probes, the last {1000 * delays[-1]:.0f} ms"
            advance(sending.acknowledged * SPANS_PER_REQUEST, remark)
            # At random, or the probes would fall into step with the correlator.
            time.sleep(pause.uniform(0, _PAUSE_SECONDS))
        advance(requests * SPANS_PER_REQUEST, f"{len(delays)} probes")
        (sent,) = sending.results()
    return {
        "visible_delay_p50_ms": round(1000 * percentile(delays, 50)),
        "visible_delay_p95_ms": round(1000 * percentile(delays, 95)),
        "visible_delay_most_ms": round(1000 * max(delays)),
        "visible_delay_probes": len(delays),
        "visible_delay_probes_given_up": sum(delay > _GIVE_UP_SECONDS for delay in delays),
        "visible_delay_background_spans_per_second": round(sent.spans / (sent.ended - sent.began)),
    }


class _Probes:
    """New invoices, one span each, over a connection of their own."""

    def __init__(self, program: Program, first_block: int) -> None:
        self._program = program
        self._link = Link(program.otlp_port)
        self._request = Request(Template(generated, groups=1), seed=first_block)
        self._next = first_block

    def probe(self) -> float:
        """Seconds from the acknowledgement of a new invoice to the first answer that shows it, or to giving up."""
        block = self._next
        self._next += 1
        self._link.send(self._request.fill([block], time.time_ns()))
        acknowledged = time.monotonic()
        path = f"/v1/transactions/invoice-to-cash/{invoice_id(block, 0)}"
        while True:
            status, body = self._program.api.ask(path)
            after = time.monotonic() - acknowledged
            if status == 200:
                return after
            if status != 404:
                raise ProgramFailed(f"GET {path} was answered with {status}: {body.decode(errors='replace')}")
            if after > _GIVE_UP_SECONDS:
                return after
            time.sleep(_POLL_SECONDS)
