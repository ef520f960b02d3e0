"""Nobody sees anybody else's data, and without credentials nobody elsewhere sees any."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from spanledger_api import Access, create_app, token_digest
from spanledger_api.access.credentials import is_loopback
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store
from tests.api import story
from tests.api.test_problems import ADDRESSES

TOKENS = {token_digest("mine"): "default", token_digest("theirs"): "other"}


@pytest.fixture(scope="module")
def guarded(told: Store, definitions: Definitions) -> Iterator[TestClient]:
    """A client of an application that demands credentials."""
    app = create_app(told, definitions, access=Access(tokens=TOKENS), clock=lambda: story.NOW)
    with TestClient(app, base_url="http://spanledger.example.com") as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("address", [*ADDRESSES, "/v1/stuck?nonsense=1", "/v1/processes/none"])
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "credentials_missing"),
        ({"Authorization": "Basic bm8gY29sb24="}, "credentials_missing"),
        ({"Authorization": "Basic &&"}, "credentials_missing"),
        ({"Authorization": "Basic bWluZTp3cm9uZw=="}, "credentials_invalid"),
        ({"Authorization": "Bearer"}, "credentials_missing"),
        ({"Authorization": "Bearer "}, "credentials_missing"),
        (bearer("wrong"), "credentials_invalid"),
        (bearer(next(iter(TOKENS))), "credentials_invalid"),
        (bearer("mine mine"), "credentials_invalid"),
    ],
)
def test_every_question_demands_a_known_token_before_anything_else(
    guarded: TestClient, address: str, headers: dict[str, str], code: str
) -> None:
    answer = guarded.get(address, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_token_opens_its_tenant_s_data(guarded: TestClient, address: str) -> None:
    assert guarded.get(address, headers=bearer("mine")).status_code == 200


def test_another_tenant_s_ids_answer_exactly_as_ids_that_do_not_exist(guarded: TestClient) -> None:
    for address in ADDRESSES:
        missing = address.replace("INV-1042", "INV-0000")
        if missing == address:
            continue
        theirs = guarded.get(address, headers=bearer("theirs"))
        nobody = guarded.get(missing, headers=bearer("theirs"))
        assert theirs.status_code == nobody.status_code == 404
        assert theirs.text.replace("INV-1042", "INV-0000") == nobody.text


def test_another_tenant_s_lists_are_empty(guarded: TestClient) -> None:
    stuck = guarded.get("/v1/stuck?legal_entity=DE01", headers=bearer("theirs")).json()
    assert (stuck["count"], stuck["totals"]) == (0, [])
    assert stuck["notes"] == ["No transaction has legal_entity `DE01`."]
    assert guarded.get("/v1/transactions", headers=bearer("theirs")).json()["items"] == []
    processes = guarded.get("/v1/processes", headers=bearer("theirs")).json()["items"]
    assert {(one["open"], one["stuck"]) for one in processes} == {(0, 0)}


def test_health_needs_no_credentials_and_shows_no_data(guarded: TestClient) -> None:
    for address in ("/healthz", "/readyz"):
        answer = guarded.get(address)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_an_open_application_answers_requests_to_this_machine_only(told: Store, definitions: Definitions) -> None:
    client = TestClient(create_app(told, definitions, clock=lambda: story.NOW))
    for host in ("localhost", "localhost:8080", "127.0.0.1:8080", "127.9.9.9", "[::1]:8080", "LOCALHOST."):
        assert client.get("/v1/processes", headers={"host": host}).status_code == 200, host
    for host in ("evil.example.com", "localhost.evil.com", "10.0.0.1:8080", "0.0.0.0", "", "[", "127.0.0.1.nip.io"):
        answer = client.get("/v1/processes", headers={"host": host})
        assert (answer.status_code, answer.json()["code"]) == (421, "not_loopback"), host


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost", "127.0.0.53", "[::1]"])
def test_these_are_this_machine(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "", "10.1.2.3", "spanledger.example.com", "2001:db8::1"])
def test_these_are_not(address: str) -> None:
    assert not is_loopback(address)
