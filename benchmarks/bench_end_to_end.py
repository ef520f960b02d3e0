"""The whole way through Spanledger: spans per second, delay to visible, the stuck query, bytes on disk.

    make bench-end-to-end                            # some minutes
    make bench-end-to-end BENCH_FLAGS=--quick        # less than one, for a look: its figures are not to be quoted

Prints what it measured and writes it to build/bench/end-to-end.json. Nothing here passes or fails by a time; it fails
if the store does not hold what was sent.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.end_to_end import delay, disk, machine, stuck, throughput
from benchmarks.end_to_end.disk import NotComplete
from benchmarks.end_to_end.figures import FILE, Figures, table, write
from benchmarks.end_to_end.program import ProgramFailed, running
from benchmarks.end_to_end.sending import NotTaken
from benchmarks.end_to_end.showing import Show

_LOG = FILE.with_suffix(".log")


@dataclass(frozen=True)
class Size:
    """How much is measured. Spans of a run, seconds per background load, invoices open, questions of each kind."""

    spans: int
    delay_seconds: float
    open_invoices: int
    questions: int


_FULL = Size(spans=2_000_000, delay_seconds=90, open_invoices=100_000, questions=100)
_QUICK = Size(spans=60_000, delay_seconds=4, open_invoices=5_000, questions=10)


def main() -> int:
    """Run it; returns the exit code."""
    chosen = _arguments()
    show = Show()
    FILE.parent.mkdir(parents=True, exist_ok=True)
    _LOG.unlink(missing_ok=True)
    # SIGTERM like Ctrl-C: the program, the senders and the folder go before this process does.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="spanledger-bench-") as folder:
            figures = _measure(Path(folder).resolve() / "data", chosen, show)
    except (ProgramFailed, NotTaken, NotComplete, OSError) as error:
        show.console.print(f"[bold red]Not measured:[/] {error}", highlight=False)
        show.console.print(f"What the program printed is in {_LOG}.", highlight=False)
        return 1
    except KeyboardInterrupt:
        show.console.print("Stopped; nothing is left running, and nothing was written.")
        return 130
    write(figures)
    show.console.print(table(figures))
    show.console.print(f"Written to {FILE}. `make bench-figures` puts it into benchmarks/README.md.", highlight=False)
    return 0


def _measure(data: Path, chosen: argparse.Namespace, show: Show) -> Figures:
    size: Size = chosen.size
    figures: Figures = {**machine.facts(), "quick": chosen.quick, "load_average_before": machine.busy_cores()}
    with running(data, _LOG) as program:
        parts = throughput.loads(program.otlp_port, chosen.spans or size.spans, chosen.spread)
        figures |= throughput.measure(program, parts, show)
        figures |= _present("program_memory_peak_mb", program.peak_memory_mb())
        with show.bar("disk", 1) as advance:
            figures["merging_seconds"] = round(disk.rest(program, partial(advance, 0)), 1)
            figures["disk_directory_bytes_per_span"] = round(
                disk.directory_bytes(data) / throughput.expected(parts).spans, 1
            )
            advance(1, "")
    figures |= disk.inspect(data, throughput.expected(parts))
    # The same store again: what follows is asked of a program with a history.
    with running(data, _LOG) as program:
        for number, rate in enumerate(chosen.background):
            if number and rate > int(figures["spans_per_second_end_to_end"]):
                show.console.print(f"delay at {rate:,}/s: not measured, this is more than the program takes in")
                continue
            found = delay.measure(program, rate, size.delay_seconds, show, number)
            suffix = "" if not number else f"_at_{rate}_spans_per_second"
            figures |= {key + suffix: value for key, value in found.items()}
        figures |= stuck.measure(program, size.open_invoices, size.questions, show)
    return figures


def _present(key: str, value: int | None) -> Figures:
    return {} if value is None else {key: value}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench_end_to_end", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="a small load, for a look")
    parser.add_argument("--spans", type=int, help="how many spans are sent as fast as they are taken")
    parser.add_argument(
        "--spread",
        type=int,
        default=60,
        help="how many requests of 1,000 spans lie between two steps of a transaction; 0: all its steps come in one",
    )
    parser.add_argument(
        "--background",
        type=int,
        nargs="+",
        default=[5_000, 25_000],
        metavar="SPANS",
        help="loads in spans per second under which the delay is measured; the first one is the figure",
    )
    chosen = parser.parse_args()
    chosen.size = _QUICK if chosen.quick else _FULL
    return chosen


if __name__ == "__main__":
    sys.exit(main())
