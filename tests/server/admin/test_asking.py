"""Commands on a store as their user runs them: through the server that holds it, and by themselves when nothing does."""

from __future__ import annotations

import json
import secrets
import signal
import stat
import time
from pathlib import Path

import httpx2
import pytest

from spanledger_server.admin import place
from tests.server.running import run, up, wait_for

_FLOW = """
process: parcel-flow
version: 1
effective_from: 2020-01-01
impact: client
entity: parcel
steps:
  - {step: parcel.packed, system: store, start: true}
  - {step: parcel.handed, system: carrier, within: 30 days, of: parcel.packed, end: true}
"""


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own settings do not reach the started processes."""
    for name in (
        "DSN",
        "MONITORING_ADDRESS",
        "API_ADDRESS",
        "CLICKHOUSE_ADDRESS",
        "OTLP_HTTP_ADDRESS",
        "OTLP_GRPC_ADDRESS",
        "INGEST_TOKENS",
        "API_TOKENS",
    ):
        monkeypatch.delenv(f"SPANLEDGER_{name}", raising=False)


def packed(parcel: str, days_ago: float) -> dict[str, object]:
    """An OTLP/HTTP request in JSON: a parcel was packed."""
    now = time.time_ns() - int(days_ago * 86_400) * 1_000_000_000
    attributes = {"business.step": "parcel.packed", "business.entity.parcel": parcel}
    span = {
        "traceId": secrets.token_hex(16),
        "spanId": secrets.token_hex(8),
        "name": "pack",
        "startTimeUnixNano": str(now - 1_000_000),
        "endTimeUnixNano": str(now),
        "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()],
    }
    return {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}


def test_rebuild_and_backtest_with_a_server_and_without(tmp_path: Path) -> None:
    flows, changed = tmp_path / "flows", tmp_path / "changed.yaml"
    flows.mkdir()
    (flows / "parcel-flow.yaml").write_text(_FLOW)
    changed.write_text(_FLOW.replace("30 days", "3 days"))
    data = tmp_path / "data"
    dsn = f"chdb://{data}"
    with up(data, "--definitions-dir", str(flows)) as running:
        for number in range(3):
            request = packed(f"P{number}", days_ago=number * 4)
            assert httpx2.post(f"{running.otlp_http}/v1/traces", json=request, timeout=30).status_code == 200
        address = f"{running.api}/v1/transactions?process=parcel-flow"
        wait_for(lambda: len(httpx2.get(address, timeout=30).json()["items"]) == 3, seconds=60)
        before = httpx2.get(address, timeout=30).json()["items"]
        assert stat.S_IMODE(place.place_of(dsn).stat().st_mode) == 0o600

        rebuilt = run("rebuild", "--dsn", dsn, "--json", cwd=tmp_path, seconds=120)
        assert rebuilt.returncode == 0, rebuilt.stderr
        assert (json.loads(rebuilt.stdout)["transactions"], json.loads(rebuilt.stdout)["spans"]) == (3, 3)
        one = run("rebuild", "--dsn", dsn, "--process", "parcel-flow", cwd=tmp_path, seconds=120)
        assert "Every transaction of parcel-flow was judged anew" in one.stdout
        unknown = run("rebuild", "--dsn", dsn, "--process", "parcel-flo", cwd=tmp_path)
        assert unknown.returncode == 1
        assert "There is no process 'parcel-flo'" in unknown.stderr
        after = httpx2.get(address, timeout=30).json()["items"]
        assert [item["key"] for item in after] == [item["key"] for item in before]

        tried = run(
            "backtest",
            str(changed),
            "--dsn",
            dsn,
            "--since",
            "14d",
            "--definitions-dir",
            str(flows),
            cwd=tmp_path,
            seconds=120,
        )
        assert tried.returncode == 3, tried.stderr
        assert "become stuck, for example: parcel-flow/P1, parcel-flow/P2" in tried.stdout
        running.stop(signal.SIGTERM)
    assert not place.place_of(dsn).exists()

    same = str(flows / "parcel-flow.yaml")
    alone = run(
        "backtest",
        same,
        "--dsn",
        dsn,
        "--since",
        "2d",
        "--definitions-dir",
        str(flows),
        "--json",
        cwd=tmp_path,
        seconds=120,
    )
    assert alone.returncode == 0, alone.stderr
    assert json.loads(alone.stdout)["in_all"]["stuck"]["transactions"] == 0
    place.put_up(dsn, place.Door(9, "of a server that was killed"))
    by_itself = run("rebuild", "--dsn", dsn, "--definitions-dir", str(flows), cwd=tmp_path, seconds=120)
    assert "3 transactions of 3 spans" in by_itself.stdout, by_itself.stderr


def test_a_mistake_in_the_definition_is_refused_with_its_line(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(_FLOW.replace("of: parcel.packed", "of: parcel.pack"))
    refused = run("backtest", str(wrong), "--dsn", f"chdb://{tmp_path}/data", cwd=tmp_path)
    assert refused.returncode == 1
    assert f"{wrong}:9" in refused.stderr
