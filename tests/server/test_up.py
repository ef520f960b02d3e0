"""`spanledger up` as its user meets it: it starts, refuses with a reason, and stops cleanly."""

from __future__ import annotations

import secrets
import signal
import socket
import time
from pathlib import Path

import httpx2
import pytest

from tests.server.running import run, up, wait_for


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own addresses and tokens do not reach the started processes."""
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


def _one_line(text: str) -> str:
    assert text.count("\n") == 1, text
    return text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_and_a_signal_stops_it_with_a_closing_line(number: signal.Signals, tmp_path: Path) -> None:
    with up(tmp_path / "data") as running:
        assert httpx2.get(f"{running.api}/v1/stuck").json()["count"] == 0
        began = time.monotonic()
        printed = running.stop(number)
        assert time.monotonic() - began < 10
        assert running.process.returncode == 0
    assert printed.splitlines()[-1] == "Stopped. Everything that was acknowledged is stored."
    assert "Traceback" not in printed


def _span(step: str, invoice: str) -> dict[str, object]:
    """An OTLP/HTTP request in JSON with one business span that ends now."""
    now = time.time_ns()
    attributes = {"business.step": step, "business.entity.invoice": invoice, "business.system": "netsuite"}
    span = {
        "traceId": secrets.token_hex(16),
        "spanId": secrets.token_hex(8),
        "name": step,
        "startTimeUnixNano": str(now - 1_000_000),
        "endTimeUnixNano": str(now),
        "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()],
    }
    return {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}


def test_a_span_becomes_a_transaction_and_the_folder_of_the_start_stays_clean(tmp_path: Path) -> None:
    with up(tmp_path / "data") as running:
        sent = httpx2.post(f"{running.otlp_http}/v1/traces", json=_span("invoice.generated", "INV-1"), timeout=10)
        assert sent.status_code == 200
        wait_for(lambda: httpx2.get(f"{running.api}/v1/transactions").json()["items"] != [])
        found = httpx2.get(f"{running.api}/v1/transactions").json()["items"]
        assert [(one["key"], one["waiting_for"]) for one in found] == [("invoice-to-cash/INV-1", "invoice.posted")]
        assert httpx2.get(f"{running.api}/v1/progress").json() == {"spans_waiting": 0, "waiting_since": None}
        running.stop(signal.SIGTERM)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_second_start_on_one_directory_is_refused_in_one_line(tmp_path: Path) -> None:
    with up(tmp_path / "data") as running:
        second = run("up", "--dsn", f"chdb://{running.data}", cwd=tmp_path)
        assert second.returncode == 1
        assert f"in use by another Spanledger (process {running.process.pid})" in _one_line(second.stderr)


@pytest.mark.parametrize("name", ["api-address", "otlp-http-address", "otlp-grpc-address", "monitoring-address"])
def test_a_taken_port_is_refused_in_one_line_that_names_the_setting(name: str, tmp_path: Path) -> None:
    parts = ("api", "otlp-http", "otlp-grpc", "monitoring")
    free = [argument for each in parts for argument in (f"--{each}-address", "127.0.0.1:0")]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        refused = run("up", "--dsn", f"chdb://{tmp_path}/data", *free, f"--{name}", address, cwd=tmp_path)
    assert refused.returncode == 1
    assert f"SPANLEDGER_{name.upper().replace('-', '_')}" in _one_line(refused.stderr)
    assert refused.stdout == ""


def test_an_open_door_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    refused = run("up", "--otlp-http-address", "0.0.0.0:4318", cwd=tmp_path)
    assert refused.returncode == 1
    assert "SPANLEDGER_INGEST_TOKENS" in _one_line(refused.stderr)
    assert list(tmp_path.iterdir()) == []


def test_a_definition_with_a_mistake_is_refused_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("process: x\nsteps: 3\n", encoding="utf-8")
    refused = run("up", "--definitions-dir", str(tmp_path), cwd=tmp_path)
    assert refused.returncode == 1
    assert "own.yaml" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("part", ["collector", "correlator", "api"])
def test_a_part_alone_does_not_take_an_embedded_store(part: str, tmp_path: Path) -> None:
    refused = run(part, cwd=tmp_path)
    assert refused.returncode == 1
    assert "spanledger up" in _one_line(refused.stderr)


def test_with_tokens_the_api_asks_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLEDGER_API_TOKENS", "acme:0123456789abcdef")
    with up(tmp_path / "data") as running:
        assert httpx2.get(f"{running.api}/v1/stuck").status_code == 401
        answered = httpx2.get(f"{running.api}/v1/stuck", headers={"Authorization": "Bearer 0123456789abcdef"})
        assert answered.status_code == 200
        assert "0123456789abcdef" not in running.stop(signal.SIGTERM)
