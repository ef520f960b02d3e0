"""Tokens of the store: shown once, kept as digests, good until they are revoked, for their tenant alone."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx2
import pytest

from spanledger_collector import Collector, tokens
from spanledger_collector.refusals import Unauthenticated
from spanledger_collector.tenancy import Tenancy
from spanledger_store import NotFound, Store
from tests.collector.conftest import PROTOBUF
from tests.collector.making import request, span


def test_a_token_is_kept_as_its_digest_alone(store: Store) -> None:
    token, secret = tokens.issue(store, "acme", "billing jobs")
    assert tokens.listed(store) == [token]
    assert (token.tenant, token.name, token.revoked_at) == ("acme", "billing jobs", None)
    assert secret.startswith(tokens.PREFIX)
    assert len(secret) > 40
    (row,) = store.rows("SELECT * FROM ingest_tokens")
    assert secret not in str(row)
    assert token.sha256 == tokens.digest(secret)


def test_a_revoked_token_stays_listed_and_is_revoked_once(store: Store) -> None:
    token, _ = tokens.issue(store, "acme", "")
    other, _ = tokens.issue(store, "acme", "")
    first = tokens.revoke(store, token.id)
    assert first.revoked_at is not None
    assert tokens.revoke(store, token.id) == first
    assert {one.id: one.revoked_at for one in tokens.listed(store)} == {token.id: first.revoked_at, other.id: None}
    with pytest.raises(NotFound, match="token list"):
        tokens.revoke(store, "ffffffff")


def test_tokens_are_asked_for_from_the_first_one_on_even_when_all_are_revoked(store: Store) -> None:
    tenancy = Tenancy(None, "default")
    tenancy.read(store)
    assert tenancy.tenant("") == "default"
    token, secret = tokens.issue(store, "acme", "")
    tenancy.read(store)
    with pytest.raises(Unauthenticated):
        tenancy.tenant("")
    assert tenancy.tenant(f"Bearer {secret}") == "acme"
    tokens.revoke(store, token.id)
    tenancy.read(store)
    for authorization in ("", f"Bearer {secret}"):
        with pytest.raises(Unauthenticated):
            tenancy.tenant(authorization)


def test_tokens_of_the_environment_go_on_beside_them(store: Store) -> None:
    tenancy = Tenancy({tokens.digest("given"): "globex"}, "default")
    _, secret = tokens.issue(store, "acme", "")
    tenancy.read(store)
    assert (tenancy.tenant("Bearer given"), tenancy.tenant(f"bearer {secret}")) == ("globex", "acme")


def test_a_running_collector_learns_of_them(
    store: Store, started: Callable[..., Collector], http: httpx2.Client
) -> None:
    token, secret = tokens.issue(store, "acme", "")
    collector = started(store, tokens_every=0.05)
    url = f"http://127.0.0.1:{collector.http_port}/v1/traces"
    body = request(span()).SerializeToString()

    def status(secret: str) -> int:
        return http.post(url, content=body, headers=PROTOBUF | {"authorization": f"Bearer {secret}"}).status_code

    def becomes(secret: str, wanted: int) -> None:
        deadline = time.monotonic() + 20
        while status(secret) != wanted:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    assert http.post(url, content=body, headers=PROTOBUF).status_code == 401
    assert status(secret) == 200
    tokens.revoke(store, token.id)
    becomes(secret, 401)
    _, second = tokens.issue(store, "acme", "")
    becomes(second, 200)
    assert {row["Tenant"] for row in store.rows("SELECT Tenant FROM spans")} == {"acme"}
