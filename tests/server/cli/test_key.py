"""`spanledger key` as an operator uses it, beside a running server and without one."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2

from tests.server.running import run, up, wait_for


def test_a_key_is_issued_narrowed_rotated_and_revoked_beside_a_running_server(tmp_path: Path) -> None:
    dsn = f"chdb://{tmp_path / 'data'}"

    def status(address: str, key: str = "") -> int:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return httpx2.get(address, headers=headers, timeout=20).status_code

    def becomes(wanted: int, address: str, key: str = "") -> None:
        # Asking more often with what is no key any more would be refused as guessing.
        wait_for(lambda: status(address, key) == wanted, every=0.6)

    with up(tmp_path / "data") as running:
        stuck, audit = f"{running.api}/v1/stuck", f"{running.api}/v1/audit"
        assert status(stuck) == 200
        created = run(
            "key", "create", "--tenant", "default", "--name", "mia", "--role", "finance", "--role", "admin",
            "--days", "30", "--dsn", dsn, cwd=tmp_path,
        )  # fmt: skip
        assert created.returncode == 0, created.stderr
        key = created.stdout.strip()
        assert "not shown again" in created.stderr
        becomes(401, stuck)
        assert (status(stuck, key), status(audit, key)) == (200, 200)

        viewer = json.loads(
            run(
                "key", "create", "--tenant", "default", "--name", "guest", "--process", "invoice-to-cash", "--json",
                "--dsn", dsn, cwd=tmp_path,
            ).stdout
        )  # fmt: skip
        becomes(200, stuck, viewer["key"])
        assert (status(audit, viewer["key"]), status(f"{running.api}/v1/totals", viewer["key"])) == (403, 403)

        rotated = run("key", "rotate", viewer["id"], "--dsn", dsn, cwd=tmp_path).stdout.strip()
        becomes(200, stuck, rotated)
        assert status(stuck, viewer["key"]) == 401
        revoked = run("key", "revoke", viewer["id"], "--dsn", dsn, cwd=tmp_path)
        assert "good for nothing since" in revoked.stdout
        becomes(401, stuck, rotated)

    listed = run("key", "list", "--dsn", dsn, cwd=tmp_path).stdout
    assert "finance, admin" in listed
    assert "invoice-to-cash" in listed
    assert key not in listed
    with up(tmp_path / "data") as running:
        assert status(f"{running.api}/v1/stuck") == 401, "it goes on asking"


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    refused = run("key", "create", "--tenant", "acme", cwd=tmp_path)
    assert refused.returncode == 2
    assert "--name WHO" in refused.stderr
    for action in ("rotate", "revoke"):
        refused = run("key", action, cwd=tmp_path)
        assert refused.returncode == 2
        assert "spanledger key list" in refused.stderr
    assert list(tmp_path.iterdir()) == []
    dsn = f"chdb://{tmp_path / 'data'}"
    refused = run("key", "create", "--tenant", "a", "--name", "b", "--process", "none", "--dsn", dsn, cwd=tmp_path)
    assert refused.returncode == 1
    assert "invoice-to-cash" in refused.stderr
