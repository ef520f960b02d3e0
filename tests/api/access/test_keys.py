"""API keys: shown once, kept as a digest, rotated, revoked, expiring; a running API learns of each within seconds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from spanledger_api import Access, create_app, token_digest
from spanledger_api.access import api_keys
from spanledger_api.access.api_keys import KNOWN_FOR, ApiKey, KeyRing
from spanledger_correlator.definition.model import Definitions
from spanledger_store import NotFound, Store

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def unissued(**changes: object) -> ApiKey:
    """A key of the tenant `default` that is still to be issued, with changes."""
    given: dict[str, object] = {
        "id": "", "tenant": "default", "name": "mia", "sha256": "", "roles": ("finance",), "legal_entities": (),
        "processes": (), "issued_at": NOW, "expires_at": None, "revoked_at": None,
    }  # fmt: skip
    return ApiKey(**{**given, **changes})  # type: ignore[arg-type]


class Moving:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_of_a_key_the_store_keeps_the_digest_alone(store: Store) -> None:
    key, shown = api_keys.issue(store, unissued())
    assert shown.startswith(f"slk_{key.id}_")
    kept = str(store.rows("SELECT * FROM api_keys"))
    assert shown not in kept
    assert shown.rpartition("_")[2] not in kept
    assert token_digest(shown) in kept
    assert api_keys.listed(store) == [key]


def test_a_ring_learns_of_keys_after_a_while(store: Store) -> None:
    clock = Moving()
    ring = KeyRing(store, clock)
    ring.read()
    assert not ring
    key, shown = api_keys.issue(store, unissued())
    ring.read()
    assert ring.find(shown, NOW) is None
    clock.now += KNOWN_FOR
    ring.read()
    assert ring
    assert ring.find(shown, NOW) == key
    api_keys.revoke(store, key.id)
    clock.now += KNOWN_FOR
    ring.read()
    assert ring.find(shown, NOW) is None
    assert ring, "an API that asked for keys goes on asking"


def test_a_rotated_key_has_another_secret_and_the_same_rights(store: Store) -> None:
    key, before = api_keys.issue(store, unissued(legal_entities=("DE01",)))
    rotated, after = api_keys.rotate(store, key.id, NOW + timedelta(days=1))
    ring = KeyRing(store)
    ring.read()
    assert ring.find(before, NOW) is None
    assert ring.find(after, NOW) == rotated
    assert (rotated.roles, rotated.legal_entities, rotated.tenant) == (("finance",), ("DE01",), "default")
    assert ring.find(after, NOW + timedelta(days=1)) is None, "it has expired"


@pytest.mark.parametrize("shown", ["slk_", "slk_none_secret", "slk__", "", "slk_{id}_", "slk_{id}_wrong"])
def test_what_is_no_key_opens_nothing(store: Store, shown: str) -> None:
    key, _ = api_keys.issue(store, unissued())
    ring = KeyRing(store)
    ring.read()
    assert ring.find(shown.replace("{id}", key.id), NOW) is None


def test_keys_that_are_not_there_cannot_be_changed(store: Store) -> None:
    for change in (api_keys.revoke, api_keys.rotate):
        with pytest.raises(NotFound, match="spanledger key list"):
            change(store, "none")
    key, _ = api_keys.issue(store, unissued())
    assert api_keys.revoke(store, key.id) == api_keys.revoke(store, key.id)
    with pytest.raises(NotFound, match="revoked"):
        api_keys.rotate(store, key.id)


@pytest.fixture
def client(store: Store, definitions: Definitions) -> Iterator[TestClient]:
    """A client of an application whose store has no keys yet."""
    with TestClient(create_app(store, definitions, access=Access()), base_url="http://localhost") as client:
        yield client


def test_from_the_first_key_on_everybody_needs_one(
    client: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_keys, "KNOWN_FOR", 0.0)
    assert client.get("/v1/stuck").status_code == 200
    _, shown = api_keys.issue(store, unissued())
    assert client.get("/v1/stuck").json()["code"] == "credentials_missing"
    headers = {"Authorization": f"Bearer {shown}", "Host": "spanledger.example.com"}
    assert client.get("/v1/stuck", headers=headers).status_code == 200


def test_a_key_says_itself_who_acts(client: TestClient, store: Store) -> None:
    _, shown = api_keys.issue(store, unissued(roles=("operator",)))
    body = {
        "kind": "cut_link",
        "one": {"type": "payment", "id": "P"},
        "other": {"type": "invoice", "id": "I"},
        "why": "no",
    }
    headers = {"Authorization": f"Bearer {shown}"}
    made = client.post("/v1/corrections", json=body, headers=headers).json()
    assert made["who"] == "mia"
    for_another = client.post("/v1/corrections", json={**body, "who": "jonas"}, headers=headers).json()
    assert for_another["who"] == "jonas by mia"


def test_a_shared_credential_must_say_who_acts(store: Store, definitions: Definitions) -> None:
    app = create_app(store, definitions, access=Access(tokens={token_digest("mine"): "default"}))
    body = {
        "kind": "cut_link",
        "one": {"type": "payment", "id": "P"},
        "other": {"type": "invoice", "id": "I"},
        "why": "no",
    }
    with TestClient(app, headers={"Authorization": "Bearer mine"}) as client:
        refused = client.post("/v1/corrections", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_value")
    assert "`who`" in refused.json()["hint"]
