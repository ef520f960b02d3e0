"""The monitoring port of a running platform."""

from __future__ import annotations

from pathlib import Path

import httpx2

from tests.server.running import up


def test_a_running_platform_says_how_it_is(tmp_path: Path) -> None:
    with up(tmp_path / "data", "--default-tenant", "acme") as running:
        assert httpx2.get(f"{running.monitoring}/healthz", timeout=20).text == "ok\n"
        assert httpx2.get(f"{running.monitoring}/readyz", timeout=20).status_code == 200
        assert httpx2.post(f"{running.otlp_http}/v1/traces", json={}, timeout=20).status_code == 200
        assert httpx2.post(f"{running.otlp_http}/v1/traces", content=b"x", timeout=20).status_code == 415
        answer = httpx2.get(f"{running.monitoring}/metrics", timeout=20)
        assert answer.headers["content-type"].startswith("text/plain")
        lines = answer.text.splitlines()
        assert 'spanledger_collector_requests_received_total{signal="traces",tenant="acme"} 1.0' in lines
        refused = 'spanledger_collector_requests_refused_total{reason="unknown_content_type",tenant="acme"} 1.0'
        assert refused in lines
        assert any(line.startswith("process_resident_memory_bytes ") for line in lines)
        assert httpx2.get(f"{running.otlp_http}/metrics", timeout=20).status_code == 404, "not where spans are sent"
