"""A real collector, and the SDK configured to send to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import spanledger as sl
from spanledger._internal.problems import PROBLEMS, Problems
from tests.sdk.collector import Arrived, Collector

SDK = Path(sl.__file__).parents[1]


@pytest.fixture(autouse=True)
def clean_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No setting of the machine's reaches a test, no test's configuration the next, and every first problem is logged."""
    monkeypatch.setenv("SPANLEDGER_SPOOL", str(tmp_path / "spool"))
    for name in os.environ:
        if name.startswith("OTEL_"):
            monkeypatch.delenv(name)
    fresh = Problems()
    monkeypatch.setattr(PROBLEMS, "_counts", fresh._counts)
    monkeypatch.setattr(PROBLEMS, "_logged", fresh._logged)
    yield
    sl.shutdown(0.2)


@pytest.fixture
def collector() -> Iterator[Collector]:
    """An OTLP receiver on a free loopback port."""
    running = Collector()
    yield running
    running.close()


@pytest.fixture
def sent(collector: Collector) -> Callable[[], list[Arrived]]:
    """The SDK sends to the collector; calling the fixture's value waits for the spans and returns them."""
    sl.configure(service_name="invoice-sync", system="netsuite", endpoint=collector.endpoint, delay=0.05)

    def wait() -> list[Arrived]:
        assert sl.flush(10)
        return list(collector.arrived)

    return wait


@pytest.fixture
def run_python() -> Callable[..., str]:
    """Run a program in a process of its own with warnings as errors; returns what it prints."""

    def run(program: str, *arguments: str, **environment: str) -> str:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("OTEL_")}
        finished = subprocess.run(
            [sys.executable, "-W", "error", "-c", program, *arguments],
            env=inherited | {"PYTHONPATH": str(SDK)} | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    return run
