"""The audit trail: what is kept, by whom, and that a change is written down before its answer leaves."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from spanledger_api import Access, corrections, create_app
from spanledger_api.access.audit import Asked, AuditTrail
from spanledger_api.access.principal import Principal
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store
from tests.api.access.issuer import Issuer

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
LINK = {"kind": "cut_link", "one": {"type": "payment", "id": "P"}, "other": {"type": "invoice", "id": "I"}, "why": "no"}


class Office:
    """An application, whose callers are named by their claims."""

    def __init__(self, client: TestClient, store: Store, issuer: Issuer) -> None:
        self.client = client
        self.store = store
        self.issuer = issuer

    def ask(self, address: str, *, method: str = "GET", body: Any = None, **claims: Any) -> Any:
        """The answer to somebody with these claims."""
        headers = {"Authorization": f"Bearer {self.issuer.token(NOW, **claims)}"}
        return self.client.request(method, address, json=body, headers=headers)

    def kept(self) -> list[tuple[str, str, str, int]]:
        """What the store has of the trail."""
        rows = self.store.rows("SELECT Kind, Principal, Path, Status FROM audit_trail ORDER BY At, Path")
        return [(row["Kind"], row["Principal"], row["Path"], row["Status"]) for row in rows]


@pytest.fixture
def office(store: Store, definitions: Definitions) -> Iterator[Office]:
    issuer = Issuer()
    app = create_app(store, definitions, access=Access(provider=issuer.provider()), clock=lambda: NOW)
    with TestClient(app, base_url="http://spanledger.example.com") as client:
        yield Office(client, store, issuer)


def test_changes_exports_reads_of_money_and_refusals_are_kept(office: Office) -> None:
    office.ask("/v1/stuck")  # by somebody who sees no money
    office.ask("/v1/processes", roles=["finance"])  # shows none
    office.ask("/v1/stuck?severity=high", roles=["finance"], email="jonas@example.com")
    office.ask("/v1/stuck?format=csv")
    office.ask("/v1/totals")
    office.client.get("/v1/stuck")  # by nobody
    made = office.ask("/v1/corrections", method="POST", body=LINK, roles=["operator"])
    assert made.status_code == 200
    expected = [
        ("change", "mia@example.com", "/v1/corrections", 200),
        ("export", "mia@example.com", "/v1/stuck", 200),
        ("read", "jonas@example.com", "/v1/stuck", 200),
        ("refused", "mia@example.com", "/v1/totals", 403),
    ]
    # The change has been written down, and all that was asked before it with it.
    assert sorted(office.kept()) == expected
    listed = office.ask("/v1/audit", roles=["admin"]).json()["items"]
    assert {(one["kind"], one["who"], one["path"], one["status"]) for one in listed} == set(expected)
    (read,) = [one for one in listed if one["kind"] == "read"]
    assert (read["query"], read["method"], read["client"], read["credential"]) == (
        "severity=high",
        "GET",
        "testclient",
        "user:u-1",
    )


def test_pages_filters_and_files_of_the_trail(office: Office) -> None:
    for _ in range(3):
        office.ask("/v1/corrections", method="POST", body=LINK, roles=["operator"])
        office.ask("/v1/corrections", method="POST", body=LINK)
    seen: list[str] = []
    address: str | None = "/v1/audit?limit=2&kind=change"
    while address:
        page = office.ask(address, roles=["admin"]).json()
        seen += [one["request_id"] for one in page["items"]]
        address = page["next"]
    assert len(seen) == len(set(seen)) == 3
    assert office.ask("/v1/audit?kind=refused&who=mia@example.com", roles=["admin"]).json()["items"]
    assert office.ask("/v1/audit?who=nobody", roles=["admin"]).json()["items"] == []
    assert office.ask("/v1/audit?since=2026-05-02", roles=["admin"]).json()["items"] == []
    text = office.ask("/v1/audit?format=csv", roles=["admin"]).text
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    assert sum(line["kind"] == "change" for line in lines) == 3
    assert office.ask("/v1/audit?cursor=x", roles=["admin"]).json()["code"] == "cursor_invalid"


def test_another_tenant_has_its_own_trail(office: Office) -> None:
    office.ask("/v1/corrections", method="POST", body=LINK, roles=["operator"])
    assert office.ask("/v1/audit", roles=["admin"], tenant="other").json()["items"] == []


def test_an_answer_carries_the_request_s_id(office: Office) -> None:
    headers = {"Authorization": f"Bearer {office.issuer.token(NOW)}"}
    assert (
        office.client.get("/v1/stuck", headers={**headers, "X-Request-ID": "abc-1"}).headers["x-request-id"] == "abc-1"
    )
    given = office.client.get("/v1/stuck", headers={**headers, "X-Request-ID": "a b\x7f"}).headers["x-request-id"]
    assert len(given) == 32
    answer = office.client.get("/v1/stuck", headers=headers)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "access-control-allow-origin" not in answer.headers


def test_what_the_store_does_not_take_stands_in_the_log(empty_store: Store, caplog: pytest.LogCaptureFixture) -> None:
    trail = AuditTrail(empty_store)
    mia = Principal("key:1", "mia", "default")
    trail.add(Asked(mia, NOW, "change", "POST", "/v1/corrections", "", 200, "10.0.0.1", "r-1"))
    with caplog.at_level(logging.ERROR):
        trail.write()
    assert "mia" in caplog.text
    assert "r-1" in caplog.text


def test_who_asks_too_often_is_told_when_to_come_back(store: Store, definitions: Definitions) -> None:
    issuer = Issuer()
    access = Access(provider=issuer.provider(), requests_per_second=1)
    with TestClient(create_app(store, definitions, access=access, clock=lambda: NOW)) as client:
        headers = {"Authorization": f"Bearer {issuer.token(NOW)}"}
        codes = [client.get("/v1/processes", headers=headers).status_code for _ in range(12)]
        assert codes[:10] == [200] * 10
        answer = client.get("/v1/processes", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
        assert 1 <= int(answer.headers["retry-after"]) <= 20
        another = {"Authorization": f"Bearer {issuer.token(NOW, sub='u-2')}"}
        assert client.get("/v1/processes", headers=another).status_code == 200
        guesses = [client.get("/v1/stuck", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(25)]
        assert guesses[:20] == [401] * 20
        assert guesses[-1] == 429


def test_a_change_that_breaks_is_remembered_too(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(corrections, "decide", broken)
    with TestClient(office.client.app, base_url="http://localhost", raise_server_exceptions=False) as client:
        headers = {"Authorization": f"Bearer {office.issuer.token(NOW, roles=['operator'])}"}
        with caplog.at_level(logging.CRITICAL):
            assert client.post("/v1/corrections", json=LINK, headers=headers).status_code == 500
    assert ("change", "mia@example.com", "/v1/corrections", 500) in office.kept()


def test_nobody_s_requests_are_not_counted_where_no_credentials_are_asked_for(
    store: Store, definitions: Definitions
) -> None:
    app = create_app(store, definitions, access=Access(requests_per_second=1), clock=lambda: NOW)
    with TestClient(app, base_url="http://localhost") as client:
        assert {client.get("/v1/processes").status_code for _ in range(15)} == {200}
