"""One side in a process of its own: `python -m benchmarks.sdk.side SIDE MEASURE ENDPOINT SPANS`, prints JSON.

Both sides say the same of each span: the step, two entities and an amount. `spanledger` through its SDK, `plain` as
attributes set by hand on a span of OpenTelemetry's SDK with its batch processor and OTLP/HTTP exporter.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

Step = Callable[[int], AbstractContextManager[Any]]
_QUEUE = 1_000_000
_WARM = 2_000


def main() -> None:
    """Measure, and print the figures."""
    side, measure, endpoint, spans = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    print(json.dumps(_MEASURES[measure](side, endpoint, spans)))


def _caller(side: str, endpoint: str, spans: int) -> dict[str, float]:
    """Nanoseconds that a step adds to its caller, nothing being sent meanwhile."""
    step, _ = _begin(side, endpoint, delay=3600.0)
    for number in range(_WARM):
        with step(number):
            pass
    began = time.perf_counter_ns()
    for number in range(spans):
        with step(number):
            pass
    return {"ns_per_span": (time.perf_counter_ns() - began) / spans}


def _whole(side: str, endpoint: str, spans: int) -> dict[str, float]:
    """Processor time of the whole process for a span, encoding and sending included."""
    step, flush = _begin(side, endpoint, delay=0.2)
    for number in range(_WARM):
        with step(number):
            pass
    flush()
    began, began_cpu = time.perf_counter_ns(), time.process_time_ns()
    for number in range(spans):
        with step(number):
            pass
    flush()
    cpu = time.process_time_ns() - began_cpu
    return {"cpu_ns_per_span": cpu / spans, "ns_per_span_until_sent": (time.perf_counter_ns() - began) / spans}


def _each(side: str, endpoint: str, spans: int) -> dict[str, float]:
    """Processor time of the whole process for a record of a batch: `each`, or a plain span around every record."""
    step, flush = _begin(side, endpoint, delay=0.2)
    with step(0):
        pass
    flush()
    began = time.process_time_ns()
    if side == "spanledger":
        import spanledger as sl  # noqa: PLC0415 - each side loads its own

        for _, it in sl.each("invoice.posted", range(spans), invoice=str, project="PRJ-7", amount=("48200.00", "EUR")):
            with it:
                pass
    else:
        for number in range(spans):
            with step(number):
                pass
    flush()
    return {"cpu_ns_per_record": (time.process_time_ns() - began) / spans}


def _memory(side: str, endpoint: str, spans: int) -> dict[str, float]:
    """Bytes that a queued span takes."""
    step, _ = _begin(side, endpoint, delay=3600.0)
    with step(0):
        pass
    before = _resident()
    for number in range(spans):
        with step(number):
            pass
    return {"bytes_per_span": (_resident() - before) / spans}


def _begin(side: str, endpoint: str, delay: float) -> tuple[Step, Callable[[], object]]:
    return _spanledger(endpoint, delay) if side == "spanledger" else _plain(endpoint, delay)


def _spanledger(endpoint: str, delay: float) -> tuple[Step, Callable[[], object]]:
    import spanledger as sl  # noqa: PLC0415 - each side loads its own

    sl.configure(
        service_name="bench", system="netsuite", endpoint=endpoint, queue_size=_QUEUE, batch_size=512 if delay <= 1 else _QUEUE, delay=delay,
        spool=False, exit_timeout=0.1,
    )  # fmt: skip

    def step(number: int) -> AbstractContextManager[Any]:
        return sl.step("invoice.posted", invoice=f"INV-{number}", project="PRJ-7", amount=("48200.00", "EUR"))

    return step, lambda: sl.flush(120)


def _plain(endpoint: str, delay: float) -> tuple[Step, Callable[[], object]]:
    from opentelemetry import trace  # noqa: PLC0415 - each side loads its own
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": "bench"}))
    processor = BatchSpanProcessor(
        OTLPSpanExporter(f"{endpoint}/v1/traces"),
        max_queue_size=_QUEUE,
        schedule_delay_millis=delay * 1000,
        max_export_batch_size=512 if delay <= 1 else _QUEUE,
    )
    provider.add_span_processor(processor)
    trace.set_tracer_provider(provider)
    tracer = trace.get_tracer("bench")

    def step(number: int) -> AbstractContextManager[Any]:
        return tracer.start_as_current_span(
            "invoice.posted",
            attributes={
                "business.step": "invoice.posted",
                "business.system": "netsuite",
                "business.entity.invoice": f"INV-{number}",
                "business.entity.project": "PRJ-7",
                "business.amount": "48200.00",
                "business.currency": "EUR",
                "business.outcome": "success",
            },
        )

    return step, lambda: processor.force_flush(120_000)


def _resident() -> int:
    """Bytes of memory that the process has."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


_MEASURES = {"caller": _caller, "whole": _whole, "each": _each, "memory": _memory}

if __name__ == "__main__":
    main()
    # What waits is not to be sent when nobody measures any more.
    sys.stdout.flush()
    os._exit(0)
