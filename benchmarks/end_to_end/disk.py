"""What the load weighs on disk, and whether the store holds exactly what was sent."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.end_to_end.program import Program
from benchmarks.end_to_end.throughput import Expected
from spanledger_store import Store

_QUIET_SECONDS = 3.0
_QUIET_CORES = 0.1
_REST_AT_MOST_SECONDS = 90.0


class NotComplete(Exception):
    """The store does not hold what was sent: the figures before would be those of a wrong answer."""


def rest(program: Program, remark: Callable[[str], None]) -> float:
    """Wait until the merges that follow the load are done; returns the seconds it took."""
    began = time.monotonic()
    while (passed := time.monotonic() - began) < _REST_AT_MOST_SECONDS:
        remark(f"merging for {passed:.0f} s")
        before = program.cpu_seconds()
        time.sleep(_QUIET_SECONDS)
        after = program.cpu_seconds()
        if before is not None and after is not None and after - before < _QUIET_SECONDS * _QUIET_CORES:
            break
    return time.monotonic() - began


def directory_bytes(folder: Path) -> int:
    """What all files in a folder occupy."""
    return sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if file.is_file())


def inspect(data: Path, expected: Expected) -> dict[str, float | int]:
    """Open the store, which no program may hold now, in a process of its own; count and weigh what is in it.

    Raises:
        NotComplete: it holds other numbers of spans or completed transactions than were sent.
    """
    context = multiprocessing.get_context("spawn")
    # Ctrl-C reaches the whole terminal; it is for the benchmark itself.
    with context.Pool(1, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        counted, weights = pool.apply(_look, (str(data),))
    wanted = {
        "spans": expected.spans,
        "invoice-to-cash": expected.invoices,
        "time-to-bill": expected.time_entries,
        "open": 0,
    }
    wrong = [
        f"{what}: {counted.get(what, 0):,}, not {count:,}"
        for what, count in wanted.items()
        if counted.get(what, 0) != count
    ]
    if wrong:
        raise NotComplete(f"The store does not hold what was sent. {'; '.join(wrong)}.")
    spans = expected.spans
    figures: dict[str, float | int] = {"disk_bytes_per_span": round(sum(weights.values()) / spans, 1)}
    for table, size in sorted(weights.items(), key=lambda one: -one[1]):
        if size / spans >= 1:
            figures[f"disk_bytes_per_span_{table}"] = round(size / spans, 1)
    return figures


def _look(data: str) -> tuple[dict[str, int], dict[str, int]]:
    with Store.open(f"chdb://{data}") as store:
        counted = {"spans": int(store.command("SELECT count() FROM spans"))}
        for row in store.rows(
            "SELECT Process, countIf(Status = 'completed') AS Count FROM transactions FINAL GROUP BY Process"
        ):
            counted[row["Process"]] = row["Count"]
        counted["open"] = int(store.command("SELECT count() FROM open_verdicts FINAL"))
        weights = store.rows(
            "SELECT table, sum(bytes_on_disk) AS Bytes FROM system.parts WHERE active AND database = currentDatabase() "
            "GROUP BY table"
        )
    return counted, {row["table"]: row["Bytes"] for row in weights}
