"""Where a tick's time goes, statement by statement.

    python -m benchmarks.correlate.statements --stored 300000 --tick 50000 --ticks 3

Simulates a firm, multiplies it, takes `--stored` spans in, and then prints for `--ticks` further ticks of `--tick` spans
what each statement cost: runs a tick, milliseconds a tick by the clock and of CPU, microseconds of CPU a span.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.correlate.firm import Firm
from benchmarks.correlate.watched import WatchedStore
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import load_definitions


def main() -> None:
    """Measure and print."""
    chosen = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="spanledger-statements-"))
    try:
        with WatchedStore.open(f"chdb://{folder / 'data'}") as store:
            assert isinstance(store, WatchedStore)
            _measure(store, chosen)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(store: WatchedStore, chosen: argparse.Namespace) -> None:
    store.migrate()
    firm = Firm.simulated(store, chosen.invoices)
    correlator = Correlator(store, load_definitions([]), max_spans=chosen.most)
    copies = max(1, chosen.stored // firm.spans)
    stored = sum(firm.commits(max(chosen.most, copies), copies))
    began = time.process_time()
    taken = correlator.catch_up()
    cpu = time.process_time() - began
    print(
        f"{stored} spans stored and {taken} taken in by ticks of {chosen.most}: {1e6 * cpu / taken:.0f} us CPU a span"
    )
    for size in chosen.tick:
        _show(store, correlator, firm, size, chosen)


def _show(store: WatchedStore, correlator: Correlator, firm: Firm, size: int, chosen: argparse.Namespace) -> None:
    spans = 0
    store.forget()
    began = time.perf_counter(), time.process_time()
    for number, _ in enumerate(firm.commits(size, chosen.copies or max(1, size * 10 // firm.spans)), 1):
        if number <= chosen.skip:
            correlator.tick()
            store.forget()
            spans, began = 0, (time.perf_counter(), time.process_time())
            continue
        spans += correlator.tick()
        if number == chosen.ticks + chosen.skip:
            break
    ticks = chosen.ticks
    wall, cpu = time.perf_counter() - began[0], time.process_time() - began[1]
    runs = sum(cost.runs for cost in store.costs.values())
    print(f"\nticks of {spans / ticks:.0f} spans: {runs / ticks:.0f} statements, {1e3 * wall / ticks:.0f} ms, ", end="")
    print(f"{1e3 * cpu / ticks:.0f} ms CPU a tick, {1e6 * cpu / spans:.1f} us CPU a span")
    print(f"{'statement':62}{'runs':>6}{'ms':>9}{'CPU ms':>9}{'us/span':>9}")
    for name, cost in sorted(store.costs.items(), key=lambda item: -item[1].cpu)[: chosen.rows]:
        print(
            f"{name:62}{cost.runs / ticks:6.1f}{1e3 * cost.wall / ticks:9.1f}"
            f"{1e3 * cost.cpu / ticks:9.1f}{1e6 * cost.cpu / spans:9.2f}"
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--invoices", type=int, default=400, help="size of the firm that is multiplied")
    parser.add_argument("--stored", type=int, default=300_000, help="spans taken in before")
    parser.add_argument("--most", type=int, default=50_000, help="spans of a tick while they are")
    parser.add_argument("--tick", type=int, nargs="+", default=[100, 50_000], help="sizes of the ticks to look into")
    parser.add_argument("--ticks", type=int, default=3, help="how many of each")
    parser.add_argument("--skip", type=int, default=1, help="how many of each come before")
    parser.add_argument(
        "--copies", type=int, default=0, help="copies side by side in a tick; by default about ten ticks' worth"
    )
    parser.add_argument("--rows", type=int, default=40, help="statements to show")
    return parser.parse_args()


if __name__ == "__main__":
    main()
