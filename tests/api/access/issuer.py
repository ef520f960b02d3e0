"""An identity provider of the tests' own: it publishes its keys and signs tokens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from spanledger_api.access.identity import IdentityProvider, ProviderSettings

ISSUER = "https://login.example.com"


class Issuer:
    """Signs with the newest of its keys; `fetched` counts what was asked of it, `down` lets it not answer."""

    def __init__(self) -> None:
        self.keys: list[RSAKey] = []
        self.fetched: list[str] = []
        self.down = False
        self.renew()

    def renew(self) -> None:
        """Make another key, with which all tokens are signed from now on."""
        self.keys.append(RSAKey.generate_key(2048, {"kid": f"key-{len(self.keys)}", "use": "sig"}))

    def fetch(self, url: str) -> Mapping[str, Any]:
        """What the provider publishes at an address."""
        self.fetched.append(url)
        if self.down:
            raise ValueError("no answer")
        if url == f"{ISSUER}/.well-known/openid-configuration":
            return {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}
        assert url == f"{ISSUER}/keys"
        published: Mapping[str, Any] = json.loads(json.dumps(KeySet([*self.keys]).as_dict(private=False)))
        return published

    def claims(self, now: datetime, **changes: Any) -> dict[str, Any]:
        """The claims of somebody of the tenant `default`, good for an hour, with changes; None takes one out."""
        moment = int(now.timestamp())
        given = {
            "iss": ISSUER,
            "aud": "spanledger",
            "sub": "u-1",
            "email": "mia@example.com",
            "tenant": "default",
            "exp": moment + 3600,
            **changes,
        }
        return {name: value for name, value in given.items() if value is not None}

    def token(self, now: datetime, **changes: Any) -> str:
        """A token with these claims."""
        key = self.keys[-1]
        return jwt.encode({"alg": "RS256", "kid": key.kid}, self.claims(now, **changes), key)

    def provider(self) -> IdentityProvider:
        """What checks its tokens; the tenant stands in the claim `tenant`."""
        return IdentityProvider(ProviderSettings(ISSUER, "spanledger", "", tenant_claim="tenant"), self.fetch)
