"""The API over a large store: how long lists, pages and journeys take, alone and at a steady rate.

    make bench-api                                                 # an hour and more: ten million spans
    make bench-api BENCH_FLAGS=--quick                             # some minutes, for a look: not to be quoted
    make bench-api BENCH_FLAGS="--spans 1000000 --rates 5 10 50"

Prints what it measured and writes it to build/bench/api.json. Nothing here passes or fails by a time; a question that is
not answered with 200 ends it.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.api import load
from benchmarks.api.load import Taken
from benchmarks.api.questions import kinds
from benchmarks.correlate.firm import Firm
from benchmarks.end_to_end import machine
from benchmarks.end_to_end.percentiles import percentile
from benchmarks.end_to_end.program import Program, ProgramFailed, running
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import load_definitions
from spanledger_store import Store

FILE = Path("build/bench/api.json")
PACK = ("opportunity-to-project", "time-to-bill", "invoice-to-cash")
Figures = dict[str, str | int | float]


def main() -> int:
    """Run it; returns the exit code."""
    chosen = _arguments()
    console = Console()
    FILE.parent.mkdir(parents=True, exist_ok=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    figures: Figures = {**machine.facts(), "quick": chosen.quick, "load_average_before": machine.busy_cores()}
    try:
        with tempfile.TemporaryDirectory(prefix="spanledger-bench-") as folder:
            data = Path(folder).resolve() / "data"
            figures |= _fill(data, chosen, console)
            log = FILE.with_suffix(".log")
            with running(data, log, "--api-requests-per-second", "10000") as program:
                for part in _measure(program, chosen):
                    figures |= part
                    FILE.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    except ProgramFailed as error:
        console.print(f"[bold red]Not measured:[/] {error}", highlight=False)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped; nothing is left running.")
        return 130
    console.print(_table(figures, chosen.rates))
    console.print(f"Written to {FILE}.", highlight=False)
    return 0


def _fill(data: Path, chosen: argparse.Namespace, console: Console) -> Figures:
    """A store with so many spans, taken in by the correlator."""
    with Store.open(f"chdb://{data}") as store:
        store.migrate()
        firm = Firm.simulated(store, chosen.invoices)
        correlator = Correlator(store, load_definitions([], pack=PACK), max_spans=chosen.tick)
        copies, stored = max(1, round(chosen.spans / firm.spans)), 0
        for committed in firm.commits(chosen.tick, copies):
            correlator.catch_up()
            stored += committed
            console.print(f"{stored:,} of {copies * firm.spans:,} spans are judged", highlight=False)
        return {
            "spans": stored,
            "transactions": int(store.command("SELECT count() FROM transactions FINAL")),
            "open_transactions": int(store.command("SELECT count() FROM open_verdicts FINAL")),
        }


def _measure(program: Program, chosen: argparse.Namespace) -> Iterator[Figures]:
    port = program.api.port
    asked = kinds(program.api)
    yield _figures(load.alone(port, asked, chosen.times), "alone")
    for rate in chosen.rates:
        before = program.cpu_seconds() or 0.0
        taken = load.steady(port, asked, rate, chosen.seconds)
        name = f"at_{rate}_per_second"
        figures = _figures(taken, name)
        figures[f"answered_per_second_{name}"] = round(sum(map(len, taken.seconds.values())) / taken.lasted, 1)
        figures[f"program_cores_busy_{name}"] = round(((program.cpu_seconds() or 0.0) - before) / taken.lasted, 2)
        yield figures
    yield {"program_memory_peak_mb": program.peak_memory_mb() or 0}


def _figures(taken: Taken, name: str) -> Figures:
    if taken.refused:
        raise ProgramFailed(taken.refused[0])
    found: Figures = {}
    for kind, seconds in taken.seconds.items():
        for percent in (50, 95):
            found[f"{kind}_p{percent}_ms_{name}"] = round(1000 * percentile(seconds, percent), 1)
    every = [one for seconds in taken.seconds.values() for one in seconds]
    return found | {f"all_p{percent}_ms_{name}": round(1000 * percentile(every, percent), 1) for percent in (50, 95)}


def _table(figures: Figures, rates: list[int]) -> Table:
    table = Table(title=f"{figures['spans']:,} spans, {figures['transactions']:,} transactions", title_justify="left")
    names = ["alone", *(f"at_{rate}_per_second" for rate in rates)]
    table.add_column("question")
    for name in names:
        table.add_column(f"{name.replace('_', ' ')}: p50 / p95 ms", justify="right")
    found = dict.fromkeys(key.partition("_p50_ms_")[0] for key in figures if "_p50_ms_" in key)
    for kind in found:
        cells = [
            f"{figures.get(f'{kind}_p50_ms_{name}', '')} / {figures.get(f'{kind}_p95_ms_{name}', '')}" for name in names
        ]
        table.add_row(kind.replace("_", " "), *cells)
    return table


def _arguments() -> argparse.Namespace:
    quick = "--quick" in sys.argv
    parser = argparse.ArgumentParser(prog="bench_api", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="small sizes, for a look")
    parser.add_argument("--spans", type=int, default=40_000 if quick else 10_000_000, help="how many spans are stored")
    parser.add_argument("--invoices", type=int, default=100 if quick else 2_000, help="size of the firm that is copied")
    parser.add_argument("--tick", type=int, default=10_000 if quick else 50_000, help="spans of a tick")
    parser.add_argument("--times", type=int, default=10 if quick else 50, help="how often each is asked alone")
    parser.add_argument(
        "--rates", type=int, nargs="+", default=[2] if quick else [5, 10, 50], help="questions a second"
    )
    parser.add_argument("--seconds", type=float, default=10 if quick else 60, help="how long each rate is kept up")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
