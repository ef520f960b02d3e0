"""Taking in: from committed to judged, tick by tick, at growing sizes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.correlate.firm import Firm
from spanledger_correlator.correlator import Correlator
from spanledger_store import Store

Figures = dict[str, str | int | float]
Parts = Iterator[Figures]

_GENERATION = 1_000_000
"""Firms that live at the same time have so many spans together; those of the next million are others."""
_LOOKED_AT = 0.2
"""The share of the spans before a size over which its figures are taken."""


def measure(store: Store, correlator: Correlator, firm: Firm, stored: int, size: int, tick: int) -> tuple[Figures, int]:
    """Take in until `size` spans are stored; the figures are those of the last of them. Returns them and the size."""
    spans = ticks = 0
    wall = cpu = slowest = 0.0
    begin = size - _LOOKED_AT * (size - stored)
    while stored < size:
        copies = max(1, min(_GENERATION, size - stored) // firm.spans)
        for committed in firm.commits(tick, copies):
            began = time.perf_counter(), time.process_time()
            correlator.catch_up()
            took = time.perf_counter() - began[0]
            stored += committed
            if stored > begin:
                spans, ticks, wall = spans + committed, ticks + 1, wall + took
                cpu += time.process_time() - began[1]
                slowest = max(slowest, took)
    at = f"at_{round(size / 1000)}k_spans"
    return {
        f"spans_per_second_judged_{at}": round(spans / wall),
        f"cpu_us_per_span_{at}": round(1e6 * cpu / spans, 1),
        f"tick_seconds_{at}": round(wall / ticks, 2),
        f"slowest_tick_seconds_{at}": round(slowest, 2),
        f"memory_peak_mb_{at}": memory_peak_mb(),
        f"transactions_{at}": int(store.command("SELECT count() FROM transactions FINAL")),
    }, stored


def memory_peak_mb() -> int:
    """The most memory that this process has ever had resident."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    return 0
