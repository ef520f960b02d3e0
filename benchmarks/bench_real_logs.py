"""The real logs against pm4py, in one run: the same cases, durations and variants, the same objects and their events.

    make pm4py                                       # once: pm4py (AGPL) into build/pm4py, for this benchmark alone
    make bench-real-logs                             # BENCH_FLAGS=--quick for the two smallest

Fails if the two sides count differently. Times are no race: pm4py reads a file into memory and answers, Spanledger takes
spans over a socket, keeps them, judges them against a definition, and answers from its store.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.real_logs.logs import FULL, QUICK, ROOT, Log, data_file

PM4PY = ROOT / "build" / "pm4py" / "bin" / "python"
FILE = ROOT / "build" / "bench" / "real-logs.json"
_FIGURES = ("seconds", "cpu_seconds", "memory_mb", "load_seconds", "judge_seconds", "ask_seconds")


def main() -> int:
    """Run both sides on every log; returns 1 if they differ anywhere."""
    parser = argparse.ArgumentParser(description="The real logs, counted by Spanledger and by pm4py.")
    parser.add_argument("--quick", action="store_true", help="the two smallest logs")
    console = Console(highlight=False)
    logs = QUICK if parser.parse_args().quick else FULL
    if missing := [log.name for log in logs if not data_file(log.name).is_file()]:
        console.print(f"Not measured: these logs are not in {data_file('x').parent}: {', '.join(missing)}.")
        return 0
    if not PM4PY.is_file():
        console.print("Not measured: pm4py is not installed. `make pm4py` puts it into build/pm4py, and nowhere else.")
        return 0
    table = Table("log", "counted", "pm4py s", "MB", "Spanledger s: load", "judge", "ask", "MB", "the same")
    figures = []
    for log in logs:
        theirs, ours = _theirs(log), _ours(log)
        counted = {name: value for name, value in theirs.items() if name not in _FIGURES}
        same = all(ours[name] == value for name, value in counted.items())
        table.add_row(log.name, *_row(theirs, ours), "yes" if same else "[bold red]NO[/]")
        figures.append({"log": log.name, "same": same, "pm4py": _only(theirs), "spanledger": _only(ours)})
    console.print(table)
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return 0 if all(one["same"] for one in figures) else 1


def _theirs(log: Log) -> dict[str, Any]:
    script = ROOT / "benchmarks" / "real_logs" / "pm4py_side.py"
    return _counted([str(PM4PY), str(script), str(data_file(log.name)), "cases" if log.process else "objects"])


def _ours(log: Log) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="spanledger-bench-") as folder:
        store = str(Path(folder).resolve() / "data")
        return _counted([sys.executable, "-m", "benchmarks.real_logs.spanledger_side", log.name, store])


def _counted(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own commands
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _row(theirs: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    what = (
        f"{theirs['cases']:,} cases, {len(theirs['variants']):,} variants"
        if "cases" in theirs
        else f"{theirs['objects']:,} objects, {sum(theirs['events_per_object'].values()):,} events of them"
    )
    times = [ours[name] for name in ("load_seconds", "judge_seconds", "ask_seconds")]
    return [
        what,
        f"{theirs['seconds']:.1f}",
        f"{theirs['memory_mb']:,.0f}",
        *(f"{seconds:.1f}" for seconds in times),
        f"{ours['memory_mb']:,.0f}",
    ]


def _only(side: dict[str, Any]) -> dict[str, float]:
    return {name: round(side[name], 3) for name in _FIGURES if name in side}


if __name__ == "__main__":
    raise SystemExit(main())
