"""Tokens of an identity provider: only its own, for this audience, in time, and by its published keys."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from spanledger_api.access.identity import FETCHED_AT_MOST_EVERY, IdentityProvider, ProviderSettings
from spanledger_api.access.principal import Principal
from spanledger_api.problems import Refusal
from tests.api.access.issuer import ISSUER, Issuer

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    """An issuer with one key."""
    return Issuer()


def principal_of(issuer: Issuer, **claims: Any) -> Principal:
    """Whom a token with these claims speaks of."""
    return issuer.provider().principal_of(issuer.token(NOW, **claims), NOW)


def test_a_token_says_who_and_what_somebody_may_do(issuer: Issuer) -> None:
    found = principal_of(issuer, roles=["finance", "operator", "baker"], legal_entities=["DE01"])
    assert (found.tenant, found.name, found.id, found.personal) == ("default", "mia@example.com", "user:u-1", True)
    assert found.roles == {"viewer", "finance", "operator"}
    assert found.legal_entities == frozenset({"DE01"})
    assert found.processes is None
    assert principal_of(issuer, roles="finance admin").roles == {"viewer", "finance", "admin"}
    assert principal_of(issuer).roles == {"viewer"}
    assert principal_of(issuer, processes=[]).processes == frozenset(), "an empty scope is nothing, not everything"
    assert principal_of(issuer, email=None, preferred_username="mia").name == "mia"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example.com"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"exp": int(NOW.timestamp()) - 60},
        {"exp": None},
        {"sub": None},
        {"tenant": None},
        {"tenant": ""},
        {"tenant": ["default"]},
        {"nbf": int(NOW.timestamp()) + 3600},
    ],
)
def test_other_claims_are_refused(issuer: Issuer, claims: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        principal_of(issuer, **claims)
    assert refused.value.code == "credentials_invalid"


def test_only_the_provider_s_own_keys_sign(issuer: Issuer) -> None:
    claims = issuer.claims(NOW)
    stranger = RSAKey.generate_key(2048, {"kid": "key-0"})
    public = issuer.keys[0].as_pem(private=False)
    unsigned = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "none"}, claims)
    )
    forged = [
        jwt.encode({"alg": "RS256", "kid": "key-0"}, claims, stranger),
        # The public key taken for a shared secret: the oldest trick there is.
        jwt.encode({"alg": "HS256", "kid": "key-0"}, claims, OctKey.import_key(base64.b64encode(public))),
        f"{unsigned}.",
        "a.b.c",
        "..",
    ]
    for token in forged:
        with pytest.raises(Refusal) as refused:
            issuer.provider().principal_of(token, NOW)
        assert refused.value.code == "credentials_invalid", token


def test_keys_are_kept_and_fetched_again_when_the_provider_has_new_ones() -> None:
    issuer, clock = Issuer(), [1000.0]
    provider = IdentityProvider(
        ProviderSettings(ISSUER, "spanledger", "default"), issuer.fetch, monotonic=lambda: clock[0]
    )
    for _ in range(3):
        provider.principal_of(issuer.token(NOW), NOW)
    assert len(issuer.fetched) == 2
    issuer.renew()
    with pytest.raises(Refusal):
        provider.principal_of(issuer.token(NOW), NOW)
    clock[0] += FETCHED_AT_MOST_EVERY + 1
    assert provider.principal_of(issuer.token(NOW), NOW).tenant == "default"
    assert len(issuer.fetched) == 4


def test_a_provider_that_is_away_is_told_apart_from_a_bad_token() -> None:
    issuer, clock = Issuer(), [1000.0]
    issuer.down = True
    provider = IdentityProvider(ProviderSettings(ISSUER, "spanledger", "default"), issuer.fetch, lambda: clock[0])
    with pytest.raises(Refusal) as refused:
        provider.principal_of(issuer.token(NOW), NOW)
    assert refused.value.code == "provider_unavailable"
    issuer.down = False
    clock[0] += FETCHED_AT_MOST_EVERY + 1
    assert provider.principal_of(issuer.token(NOW), NOW).tenant == "default"
    issuer.down = True
    clock[0] += 24 * 3600
    later = NOW + timedelta(days=1)
    assert provider.principal_of(issuer.token(later), later).tenant == "default", "old keys stay good"
