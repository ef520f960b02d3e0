"""The processor time of a process by who used it, as the system counts it for each of its threads."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds(pid: int) -> tuple[float, float]:
    """Seconds used so far: by the process, and by those of its threads that the engine named.

    The engine gives its threads names (`QueryPipelineEx`, `MergeMutate` …); those of Python have the program's. What the
    engine does in a thread that called it, such as planning, counts as Python's here. Threads that have ended count in
    the first figure alone.
    """
    main = Path(f"/proc/{pid}/comm").read_text()
    engine = 0.0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        try:
            if (thread / "comm").read_text() != main:
                engine += _used(thread / "stat")
        except OSError:
            continue  # it has just ended
    return _used(Path(f"/proc/{pid}/stat")), engine


def _used(stat: Path) -> float:
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
