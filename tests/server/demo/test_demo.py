"""`spanledger demo` from its start to its report, as `make demo` runs it."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest

from tests.server.running import free_ports, run, up


@pytest.mark.long
def test_the_demonstration_reports_what_is_stuck_and_ends(tmp_path: Path) -> None:
    ports = free_ports(5)
    addresses = [
        argument
        for name, port in zip(("api", "otlp-http", "otlp-grpc", "clickhouse", "monitoring"), ports, strict=True)
        for argument in (f"--{name}-address", f"127.0.0.1:{port}")
    ]
    done = run("demo", "--once", "--minutes", "0", "--folder", "demo", *addresses, cwd=tmp_path, seconds=300)
    assert done.returncode == 0, done.stderr
    assert re.search(r"[1-9]\d* invoices are stuck, with EUR [\d,.]+", done.stdout)
    assert f"http://127.0.0.1:{ports[0]}/docs" in done.stdout
    assert (tmp_path / "demo" / "spanledger.log").read_text(encoding="utf-8").splitlines()[-1].startswith("Stopped.")
    assert "Traceback" not in done.stdout + done.stderr


def test_a_platform_that_does_not_start_is_told_in_one_line(tmp_path: Path) -> None:
    done = run("demo", "--once", "--folder", "demo", "--api-address", "0.0.0.0:8080", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("spanledger: SPANLEDGER_API_ADDRESS is 0.0.0.0:8080")
    assert done.stderr.count("\n") == 1


def test_another_platform_on_its_ports_is_left_alone(tmp_path: Path) -> None:
    with up(tmp_path / "own" / "data") as running:
        addresses = ("--api-address", running.api.removeprefix("http://"))
        done = run("demo", "--once", "--folder", "demo", *addresses, cwd=tmp_path)
        assert done.returncode == 1
        assert "SPANLEDGER_" in done.stderr
        assert httpx2.get(f"{running.api}/v1/transactions").json()["items"] == []
