"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path


def facts() -> dict[str, str | int | float]:
    """The machine and the versions."""
    return {
        "measured_on": datetime.now(UTC).date().isoformat(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0,
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python_version": platform.python_version(),
        "spanledger_version": metadata.version("spanledger-platform"),
        "chdb_core_version": metadata.version("chdb-core"),
        "clickhouse_connect_version": metadata.version("clickhouse-connect"),
    }


def busy_cores() -> float:
    """What else runs: the load average of the last minute."""
    return round(os.getloadavg()[0], 2)


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
