"""`spanledger token` as an operator uses it, beside a running server and without one."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2

from tests.server.running import run, up, wait_for


def test_from_the_first_token_on_senders_need_one(tmp_path: Path) -> None:
    dsn = f"chdb://{tmp_path / 'data'}"

    def status(running_url: str, token: str = "") -> int:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx2.post(f"{running_url}/v1/traces", json={}, headers=headers, timeout=20).status_code

    with up(tmp_path / "data") as running:
        assert status(running.otlp_http) == 200
        created = run("token", "create", "--tenant", "acme", "--name", "billing jobs", "--dsn", dsn, cwd=tmp_path)
        assert created.returncode == 0, created.stderr
        token = created.stdout.strip()
        assert "not shown again" in created.stderr
        wait_for(lambda: status(running.otlp_http) == 401)
        assert status(running.otlp_http, token) == 200

        listed = run("token", "list", "--dsn", dsn, cwd=tmp_path)
        assert "acme" in listed.stdout
        assert "billing jobs" in listed.stdout
        assert token not in listed.stdout
        (known,) = json.loads(run("token", "list", "--json", "--dsn", dsn, cwd=tmp_path).stdout)["tokens"]
        revoked = run("token", "revoke", known["id"], "--dsn", dsn, cwd=tmp_path)
        assert "good for nothing since" in revoked.stdout
        wait_for(lambda: status(running.otlp_http, token) == 401)

    assert "revoked" in run("token", "list", "--dsn", dsn, cwd=tmp_path).stdout, "without a server"
    missing = run("token", "revoke", "ffffffff", "--dsn", dsn, cwd=tmp_path)
    assert missing.returncode == 1
    assert "spanledger token list" in missing.stderr
    with up(tmp_path / "data") as running:
        assert status(running.otlp_http) == 401, "it goes on asking"


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    refused = run("token", "create", cwd=tmp_path)
    assert refused.returncode == 2
    assert "--tenant NAME" in refused.stderr
    refused = run("token", "revoke", cwd=tmp_path)
    assert refused.returncode == 2
    assert "spanledger token list" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_others_reach_needs_a_token_or_plain_words(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    refused = run("up", "--dsn", f"chdb://{tmp_path / 'empty'}", "--otlp-http-address", "0.0.0.0:0", cwd=tmp_path)
    assert refused.returncode == 1
    assert "SPANLEDGER_TAKE_SPANS_FROM_ANYONE=true" in refused.stderr
