"""The collector: spans per second that are durable, latency, processor time, memory and disk, beside the engine alone.

    make bench-ingest                              # a quarter of an hour
    make bench-ingest BENCH_FLAGS=--quick          # two minutes, for a look
    make bench-ingest BENCH_FLAGS="--soak 10"      # the main point for ten minutes: does memory stay?
    make bench-ingest BENCH_FLAGS="--sizes"        # what a span costs with 0, 1, 5, 10 and 20 million stored

Prints what it measured and writes it to build/bench/ingest.json. Nothing here passes or fails by a time; it fails if
the store does not hold every acknowledged span.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.end_to_end import machine
from benchmarks.end_to_end.percentiles import percentile
from benchmarks.end_to_end.program import Program, ProgramFailed, running
from benchmarks.end_to_end.showing import Show
from benchmarks.ingest import processor
from benchmarks.ingest.load import Load, Protocol, Sent, send
from spanledger_store import Store

_FILE = Path("build/bench/ingest.json")
_LOG = _FILE.with_suffix(".log")
# The correlator of the same process rests: it is measured by itself (bench-correlate) and together (bench-end-to-end).
_RESTING = ("--correlate-every", "3600")
_MAIN_SPANS, _MAIN_CONNECTIONS = 1000, 8
_SIZES = (0, 1, 5, 10, 20)
"""In millions of spans stored."""
_FILLING_CONNECTIONS, _FILLING_SECONDS = 64, 10.0
Figures = dict[str, str | int | float]


@dataclass(frozen=True)
class Point:
    """One row of the table."""

    protocol: Protocol
    spans: int
    connections: int

    @property
    def name(self) -> str:
        """As keys of the figures have it."""
        return f"{self.protocol}_{self.spans}_spans_{self.connections}_connections"


def main() -> int:
    """Run it; returns the exit code."""
    chosen = _arguments()
    show = Show()
    _FILE.parent.mkdir(parents=True, exist_ok=True)
    _LOG.unlink(missing_ok=True)
    figures: Figures = {**machine.facts(), "load_average_before": machine.busy_cores(), "seconds_each": chosen.seconds}
    table = Table(box=box.SIMPLE, title="protocol, spans a request by connections")
    for title in (
        "load",
        "spans/s",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "refused",
        "CPU s/M spans",
        "engine's",
        "senders'",
        "peak MB",
    ):
        table.add_column(title, justify="left" if title == "load" else "right")
    try:
        for point in _points(chosen):
            with tempfile.TemporaryDirectory(prefix="spanledger-bench-") as folder:
                figures |= _point(point, chosen, Path(folder).resolve() / "data", show, table)
        figures |= _limit(chosen, show)
    except (ProgramFailed, OSError) as error:
        show.console.print(f"[bold red]Not measured:[/] {error}", highlight=False)
        return 1
    except KeyboardInterrupt:
        show.console.print("Stopped; nothing is left running, and nothing was written.")
        return 130
    main_point = figures.get(f"{Point('http', _MAIN_SPANS, _MAIN_CONNECTIONS).name}_spans_per_second")
    if main_point:
        figures["share_of_limit_percent"] = round(100 * float(main_point) / float(figures["limit_spans_per_second"]), 1)
    _FILE.write_text(json.dumps(figures, indent=2) + "\n")
    Console(width=120).print(table)
    show.console.print(
        f"The engine alone, from files: {figures['limit_spans_per_second']:,} spans/s; "
        f"the collector takes {figures.get('share_of_limit_percent', 'an unknown part')} % of that. Written to {_FILE}.",
        highlight=False,
    )
    return 0


def _points(chosen: argparse.Namespace) -> Iterator[Point]:
    if chosen.soak or chosen.sizes:
        yield Point("http", _MAIN_SPANS, _MAIN_CONNECTIONS)
        return
    protocols: tuple[Protocol, ...] = ("http", "grpc")
    for protocol in protocols:
        for spans in (1, 100, 1000, 10_000) if not chosen.quick else (1, 1000):
            for connections in (1, 8, 64) if not chosen.quick else (1, 8):
                yield Point(protocol, spans, connections)


def _point(point: Point, chosen: argparse.Namespace, data: Path, show: Show, table: Table) -> Figures:
    figures: Figures = {}
    stored = 0
    with running(data, _LOG, *_RESTING) as program:
        port = program.otlp_port if point.protocol == "http" else program.grpc_port
        for label, seconds, at_least in _stretches(chosen):
            stored += _filled(port, at_least - stored, show)
            before = processor.seconds(program.process.pid)
            title = f"{point.protocol} {point.spans:,} by {point.connections}{label.replace('_', ' ')}".strip()
            with show.bar(title, 1) as advance:
                sent = send(Load(point.protocol, port, point.spans, point.connections, seconds))
                advance(1, f"{sent.requests * point.spans / seconds:,.0f} spans/s")
            after = processor.seconds(program.process.pid)
            stored += sent.requests * point.spans
            key = f"{point.name}{label}"
            figures |= _figures(key, point, sent, seconds, (after[0] - before[0], after[1] - before[1]), program)
            table.add_row(title, *(_shown(figures[f"{key}_{name}"]) for name in _COLUMNS))
        program.check()
    with Store.open(f"chdb://{data}") as store:
        kept = store.command("SELECT count() FROM spans")
        parts = store.rows(
            "SELECT count() AS Parts, sum(bytes_on_disk) AS Bytes FROM system.parts WHERE active AND table = 'spans' "
            "AND database = currentDatabase()"
        )[0]
    # A request whose answer was on its way when the time was up is stored and not counted.
    if kept < stored:
        raise ProgramFailed(f"{stored:,} spans were acknowledged, {kept:,} are stored.")
    figures[f"{point.name}_parts_left"] = parts["Parts"]
    figures[f"{point.name}_disk_bytes_per_span"] = round(parts["Bytes"] / max(kept, 1), 1)
    return figures


_COLUMNS = (
    "spans_per_second",
    "latency_p50_ms",
    "latency_p95_ms",
    "latency_p99_ms",
    "requests_refused",
    "cpu_seconds_per_million_spans",
    "engine_threads_cpu_seconds_per_million_spans",
    "sender_cpu_seconds_per_million_spans",
    "memory_peak_mb",
)


def _stretches(chosen: argparse.Namespace) -> Iterator[tuple[str, float, int]]:
    """Each with its name, its seconds, and how many spans are stored before it begins."""
    if chosen.soak:
        for minute in range(1, chosen.soak + 1):
            yield f"_minute_{minute}", 60.0, 0
    elif chosen.sizes:
        for millions in _SIZES:
            yield f"_at_{millions}_million", chosen.seconds, millions * 1_000_000
    else:
        yield "", chosen.seconds, 0


def _filled(port: int, missing: int, show: Show) -> int:
    """Store so many spans more, as fast as they are taken; returns how many it were."""
    filled = 0
    if missing > 0:
        with show.bar("filling the store", missing) as advance:
            while filled < missing:
                sent = send(Load("http", port, _MAIN_SPANS, _FILLING_CONNECTIONS, _FILLING_SECONDS))
                filled += sent.requests * _MAIN_SPANS
                advance(min(filled, missing), "")
    return filled


def _figures(key: str, point: Point, sent: Sent, seconds: float, cpu: tuple[float, float], program: Program) -> Figures:
    spans = sent.requests * point.spans
    millions = max(spans, 1) / 1e6
    latencies = sent.latencies or [float("nan")]
    return {
        f"{key}_spans_per_second": round(spans / seconds),
        f"{key}_latency_p50_ms": round(percentile(latencies, 50) * 1000, 1),
        f"{key}_latency_p95_ms": round(percentile(latencies, 95) * 1000, 1),
        f"{key}_latency_p99_ms": round(percentile(latencies, 99) * 1000, 1),
        f"{key}_requests_refused": sent.refused,
        f"{key}_cpu_seconds_per_million_spans": round(cpu[0] / millions, 1),
        f"{key}_engine_threads_cpu_seconds_per_million_spans": round(cpu[1] / millions, 1),
        f"{key}_sender_cpu_seconds_per_million_spans": round(sent.cpu_seconds / millions, 1),
        f"{key}_memory_peak_mb": program.peak_memory_mb() or 0,
    }


def _limit(chosen: argparse.Namespace, show: Show) -> Figures:
    with tempfile.TemporaryDirectory(prefix="spanledger-bench-") as folder, show.bar("the engine alone", 1) as advance:
        arguments = (f"{folder}/data", str(chosen.seconds), str(_MAIN_SPANS), str(_MAIN_CONNECTIONS // 2))
        done = subprocess.run(  # noqa: S603 - the command line is the benchmark's own
            [sys.executable, "-m", "benchmarks.ingest.limit", *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise ProgramFailed(f"The engine alone failed: {done.stderr[-500:]}")
        spans, seconds = map(float, done.stdout.split())
        advance(1, f"{spans / seconds:,.0f} spans/s")
    return {"limit_spans_per_second": round(spans / seconds)}


def _shown(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:,}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench_ingest", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long each load is sent")
    parser.add_argument("--quick", action="store_true", help="few loads, 5 s each, for a look")
    parser.add_argument("--soak", type=int, metavar="MINUTES", help="only the main load, for so long, by the minute")
    parser.add_argument(
        "--sizes",
        action="store_true",
        help="only the main load, over a store that holds 0, 1, 5, 10 and 20 million spans",
    )
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.seconds = min(chosen.seconds, 5.0)
    return chosen


if __name__ == "__main__":
    sys.exit(main())
