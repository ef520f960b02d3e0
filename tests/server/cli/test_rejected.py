"""`spanledger rejected` as an operator uses it, beside a running server and without one."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import httpx2

from tests.server.running import run, up

SPAN = {
    "traceId": "0af7651916cd43dd8448eb211c80319c",
    "name": "post invoice",
    "startTimeUnixNano": "1700000000000000000",
    "endTimeUnixNano": "1700000001000000000",
    "attributes": [
        {"key": "business.step", "value": {"stringValue": "invoice.posted"}},
        {"key": "business.entity.invoice", "value": {"stringValue": "INV-1"}},
        {"key": "business.amount", "value": {"stringValue": "12,50"}},
    ],
}
RESOURCE = {"attributes": [{"key": "service.name", "value": {"stringValue": "billing"}}]}


def test_a_span_without_an_id_is_found_shown_and_stored(tmp_path: Path) -> None:
    dsn = f"chdb://{tmp_path / 'data'}"
    spans = [SPAN, SPAN | {"spanId": "00f067aa0ba902b7", "name": "good"}]
    body = {"resourceSpans": [{"resource": RESOURCE, "scopeSpans": [{"spans": spans}]}]}
    with up(tmp_path / "data") as running:
        answer = httpx2.post(f"{running.otlp_http}/v1/traces", json=body, timeout=20)
        assert "spanledger rejected list" in answer.json()["partialSuccess"]["errorMessage"]

        (found,) = json.loads(run("rejected", "list", "--json", "--dsn", dsn, cwd=tmp_path).stdout)["rejected"]
        listed = run("rejected", "list", "--dsn", dsn, cwd=tmp_path).stdout
        assert found["id"] in listed
        assert "post invoice" in listed
        assert "without a span id" in listed

        shown = run("rejected", "show", found["id"], "--dsn", dsn, cwd=tmp_path).stdout
        assert "post invoice from billing" in shown
        assert "business.entity.invoice = INV-1" in shown
        whole = json.loads(run("rejected", "show", found["id"], "--json", "--dsn", dsn, cwd=tmp_path).stdout)
        (kept,) = json.loads(base64.b64decode(whole["request_base64"]))["resourceSpans"]
        assert kept["scopeSpans"][0]["spans"] == [SPAN]

        driven = run("rejected", "retry", "--dsn", dsn, cwd=tmp_path)
        assert driven.returncode == 0, driven.stderr
        assert f"{found['id']} is stored as {SPAN['traceId']}:" in driven.stdout

    assert run("rejected", "list", "--dsn", dsn, cwd=tmp_path).stdout == "None.\n"
    assert "driven again" in run("rejected", "list", "--all", "--dsn", dsn, cwd=tmp_path).stdout
    flagged = run("rejected", "list", "--flagged", "--dsn", dsn, cwd=tmp_path).stdout.splitlines()
    assert len(flagged) == 3
    assert all("the amount is no number: '12,50'" in line for line in flagged[1:])


def test_retry_takes_all_that_wait_a_group_after_the_other(tmp_path: Path) -> None:
    dsn = f"chdb://{tmp_path / 'data'}"
    spans = [SPAN | {"name": f"line \x1b[2J {number}"} for number in range(2_300)]
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [*spans, SPAN | {"spanId": "00f067aa0ba902b7"}]}]}]}
    with up(tmp_path / "data") as running:
        httpx2.post(f"{running.otlp_http}/v1/traces", json=body, timeout=30)
        listed = run("rejected", "list", "--limit", "3", "--dsn", dsn, cwd=tmp_path).stdout
        assert len(listed.splitlines()) == 4
        assert "\x1b" not in listed, "what a sender wrote moves no cursor"
        driven = run("rejected", "retry", "--dsn", dsn, cwd=tmp_path)
        assert "2300 spans were driven again." in driven.stderr
        assert len(set(driven.stdout.splitlines())) == 2_300
        assert run("rejected", "list", "--dsn", dsn, cwd=tmp_path).stdout == "None.\n"


def test_an_id_that_is_not_there_is_said(tmp_path: Path) -> None:
    dsn = f"chdb://{tmp_path / 'data'}"
    missing = run("rejected", "retry", "ffffffffffffffff", "--dsn", dsn, cwd=tmp_path)
    assert missing.returncode == 1
    assert "spanledger rejected list" in missing.stderr
    unnamed = run("rejected", "show", "--dsn", dsn, cwd=tmp_path)
    assert unnamed.returncode == 2
    assert "spanledger rejected list" in unnamed.stderr
