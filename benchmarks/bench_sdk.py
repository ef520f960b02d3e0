"""The SDK's cost to its host, beside the same attributes set by hand on plain OpenTelemetry spans.

    make bench-sdk                                   # about two minutes
    make bench-sdk BENCH_FLAGS="--rounds 9"

Each side runs in a process of its own, in turn, against a receiver in another one. Prints the medians and writes them to
build/bench/sdk.json. Nothing here passes or fails by a time.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.end_to_end import machine

_FILE = Path("build/bench/sdk.json")
_SIDES = ("plain", "spanledger")
_MEASURES = (
    ("caller", "ns_per_span", "time added to the caller for a step, µs", 1000, 1.2),
    ("whole", "cpu_ns_per_span", "processor time for a span, encoded and sent, µs", 1000, 1.0),
    ("each", "cpu_ns_per_record", "the same for a record of sl.each, µs", 1000, 0.3),
    ("memory", "bytes_per_span", "memory of a queued span, bytes", 1, None),
)
_IMPORTS = {
    "plain": "import opentelemetry.sdk.trace, opentelemetry.sdk.trace.export",
    "spanledger": "import opentelemetry.sdk.trace, opentelemetry.sdk.trace.export, spanledger",
}


def main() -> int:
    """Run it; returns the exit code."""
    chosen = _arguments()
    figures: dict[str, str | int | float] = {**machine.facts(), "load_average_before": machine.busy_cores()}
    print(f"{'':52} {'plain':>10} {'spanledger':>10} {'ratio':>7} {'goal':>6}")
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sdk.receiver"], stdout=subprocess.PIPE, text=True
    ) as receiver:
        assert receiver.stdout is not None
        endpoint = f"http://127.0.0.1:{int(receiver.stdout.readline())}"
        try:
            for measure, key, title, unit, goal in _MEASURES:
                spans = chosen.queued if measure == "memory" else chosen.spans
                values = _in_turn(chosen.rounds, partial(_side, measure, endpoint, spans))
                middle = {side: median(one[key] for one in values[side]) for side in _SIDES}
                figures |= {f"{side}_{measure}_{key}": round(middle[side], 1) for side in _SIDES}
                _show(title, {side: value / unit for side, value in middle.items()}, goal)
        finally:
            receiver.kill()
    began = {
        side: median(one["ms"] for one in found)
        for side, found in _in_turn(chosen.rounds * 3, lambda side: {"ms": _import_ms(side)}).items()
    }
    figures |= {f"{side}_import_ms": round(value, 1) for side, value in began.items()}
    added = began["spanledger"] - began["plain"]
    print(f"{'import beside opentelemetry-sdk, ms more':52} {'':>10} {added:>10.1f} {'':>7} {'50':>6}")
    _FILE.parent.mkdir(parents=True, exist_ok=True)
    _FILE.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(f"Written to {_FILE}.")
    return 0


def _in_turn(rounds: int, measure: Callable[[str], dict[str, float]]) -> dict[str, list[dict[str, float]]]:
    """What is measured of each side, round by round, so that what else the machine does meets both."""
    found: dict[str, list[dict[str, float]]] = {side: [] for side in _SIDES}
    for _ in range(rounds):
        for side in _SIDES:
            found[side].append(measure(side))
    return found


def _side(measure: str, endpoint: str, spans: int, side: str) -> dict[str, float]:
    arguments = [sys.executable, "-m", "benchmarks.sdk.side", side, measure, endpoint, str(spans)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)  # noqa: S603 - our own module
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _import_ms(side: str) -> float:
    program = f"import time; began = time.perf_counter(); {_IMPORTS[side]}; print((time.perf_counter() - began) * 1000)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    return float(done.stdout)


def _show(title: str, values: dict[str, float], goal: float | None) -> None:
    ratio = values["spanledger"] / values["plain"]
    aim = "" if goal is None else f"{goal:.1f}"
    print(f"{title:52} {values['plain']:>10,.1f} {values['spanledger']:>10,.1f} {ratio:>7.2f} {aim:>6}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench_sdk", description=__doc__.partition("\n")[0] if __doc__ else "")
    quick = "--quick" in sys.argv
    parser.add_argument("--quick", action="store_true", help="one round, for a look")
    parser.add_argument("--rounds", type=int, default=1 if quick else 7, help="how often each side is measured")
    parser.add_argument("--spans", type=int, default=20_000, help="of a round")
    parser.add_argument("--queued", type=int, default=100_000, help="spans that wait, for their memory")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
