"""The correlator alone: spans per second from committed to judged, at growing sizes, and what questions cost then.

    make bench-correlate                                        # an hour and more: 1, 5 and 20 million spans
    make bench-correlate BENCH_FLAGS=--quick                    # some minutes, for a look: not to be quoted
    make bench-correlate BENCH_FLAGS="--sizes 1000000"

Prints what it measured and writes it to build/bench/correlate.json. Nothing here passes or fails by a time.
`python -m benchmarks.correlate.statements` shows where a tick's time goes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.correlate import delay, giants, intake, questions
from benchmarks.correlate.firm import Firm
from benchmarks.end_to_end import machine
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import load_definitions
from spanledger_store import Store

_FILE = Path("build/bench/correlate.json")


def main() -> int:
    """Run it; returns the exit code."""
    chosen = _arguments()
    figures: dict[str, str | int | float] = {
        **machine.facts(),
        "quick": chosen.quick,
        "load_average_before": machine.busy_cores(),
    }
    with tempfile.TemporaryDirectory(prefix="spanledger-bench-") as folder:
        for part in _measure(Path(folder).resolve() / "data", chosen):
            for key, value in part.items():
                print(f"{key:60} {value:>14,}", flush=True)
            figures |= part
            _FILE.parent.mkdir(parents=True, exist_ok=True)
            _FILE.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(f"Written to {_FILE}.")
    return 0


def _measure(data: Path, chosen: argparse.Namespace) -> intake.Parts:
    definitions = load_definitions([])
    with Store.open(f"chdb://{data}") as store:
        store.migrate()
        firm = Firm.simulated(store, chosen.invoices)
        correlator = Correlator(store, definitions, max_spans=chosen.tick)
        yield {"processes": len({definition.process for definition in definitions}), "spans_a_tick": chosen.tick}
        stored = 0
        for size in chosen.sizes:
            figures, stored = intake.measure(store, correlator, firm, stored, size, chosen.tick)
            yield figures
        yield questions.stuck_and_journey(store, definitions, chosen.questions)
        for rate in chosen.rates:
            yield delay.measure(store, definitions, firm, rate, chosen.delay_seconds)
        yield questions.as_of(store, definitions)
        yield questions.rebuild(correlator)
        yield giants.transaction(store, correlator, chosen.giant_spans)
        yield giants.payment(store, correlator, chosen.giant_invoices, chosen.giant_payment_spans)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench_correlate", description=__doc__.partition("\n")[0] if __doc__ else "")
    quick = "--quick" in sys.argv
    parser.add_argument("--quick", action="store_true", help="small sizes, for a look")
    parser.add_argument("--invoices", type=int, default=100 if quick else 2_000, help="size of the firm that is copied")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[20_000, 40_000] if quick else [1_000_000, 5_000_000, 20_000_000]
    )
    parser.add_argument("--tick", type=int, default=10_000 if quick else 50_000, help="spans of a tick")
    parser.add_argument("--rates", type=int, nargs="+", default=[500] if quick else [1_000, 5_000, 20_000])
    parser.add_argument("--delay-seconds", type=float, default=5 if quick else 60, help="how long each rate is kept up")
    parser.add_argument("--questions", type=int, default=5 if quick else 100, help="how often each question is asked")
    parser.add_argument("--giant-spans", type=int, default=10_000 if quick else 1_000_000)
    parser.add_argument("--giant-invoices", type=int, default=1_000 if quick else 100_000)
    parser.add_argument("--giant-payment-spans", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
