"""Bearer tokens of an identity provider (OpenID Connect): a JWT, checked by the provider's published keys (RFC 7519).

Its keys are fetched from where the issuer's discovery document says and kept; they are fetched again when they are old, or
when a token names one that is not among them, but not more often than once in half a minute.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpx2
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from spanledger_api.access.principal import ROLES, Principal
from spanledger_api.problems import Refusal

ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
"""Signatures by a key that only the provider has; never `none`, never a shared secret."""
KEYS_KEPT_FOR: Final = 600.0
FETCHED_AT_MOST_EVERY: Final = 30.0
LEEWAY: Final = 30
"""Seconds by which the provider's clock may differ."""
_log = logging.getLogger("spanledger.api")


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """Which provider, and the claims in which it says what somebody may see.

    `tenant_claim` names the claim with the tenant; where it is empty everybody belongs to `tenant`.
    """

    issuer: str
    audience: str
    tenant: str
    tenant_claim: str = ""
    roles_claim: str = "roles"
    legal_entities_claim: str = "legal_entities"
    processes_claim: str = "processes"


def looks_like_a_token(shown: str) -> bool:
    """Whether a credential has a JWT's three parts."""
    return shown.count(".") == 2


def fetch_json(url: str) -> Mapping[str, Any]:
    """A document of the provider.

    Raises:
        httpx2.HTTPError, ValueError: it cannot be had.
    """
    answer = httpx2.get(url, timeout=5.0, follow_redirects=False)
    answer.raise_for_status()
    found: Mapping[str, Any] = answer.json()
    return found


class IdentityProvider:
    """Checks tokens of one issuer. Safe for several threads; it may ask the provider, so not on an event loop."""

    def __init__(
        self,
        settings: ProviderSettings,
        fetch: Callable[[str], Mapping[str, Any]] = fetch_json,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._fetch = fetch
        self._monotonic = monotonic
        self._fetching = threading.Lock()
        self._keys: KeySet | None = None
        self._fetched_at = self._tried_at = float("-inf")

    def principal_of(self, shown: str, now: datetime) -> Principal:
        """Who the token speaks of.

        Raises Refusal `credentials_invalid` for a token that is not this issuer's, not for this audience, expired, or
        without a tenant; `provider_unavailable` where the keys to check it cannot be had.
        """
        claims = self._claims(shown)
        wanted = {"iss": self._settings.issuer, "aud": self._settings.audience}
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": wanted["iss"]},
            aud={"essential": True, "value": wanted["aud"]},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            registry.validate(claims)
        except JoseError as error:
            raise _invalid(f"its claims are refused ({error.error})") from error
        return self._principal(claims)

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        settings = self._settings
        tenant = claims.get(settings.tenant_claim) if settings.tenant_claim else settings.tenant
        if not isinstance(tenant, str) or not tenant:
            raise _invalid(f"its claim `{settings.tenant_claim}` names no tenant")
        words = _words(claims.get(settings.roles_claim))
        named = next((claims[name] for name in ("email", "preferred_username", "sub") if claims.get(name)), "")
        return Principal(
            id=f"user:{claims['sub']}",
            name=str(named),
            tenant=tenant,
            roles=frozenset({"viewer", *(role for role in ROLES if role in words)}),
            personal=True,
            legal_entities=_scope(claims, settings.legal_entities_claim),
            processes=_scope(claims, settings.processes_claim),
        )

    def _claims(self, shown: str) -> dict[str, Any]:
        """The claims of a token whose signature is the provider's."""
        keys = self._current()
        try:
            try:
                return jwt.decode(shown, keys, algorithms=ALGORITHMS).claims
            except InvalidKeyIdError:
                # The provider may have new keys.
                return jwt.decode(shown, self._current(older_than=FETCHED_AT_MOST_EVERY), algorithms=ALGORITHMS).claims
        except (JoseError, ValueError) as error:
            raise _invalid("it is not signed by the identity provider") from error

    def _current(self, older_than: float = KEYS_KEPT_FOR) -> KeySet:
        with self._fetching:
            now = self._monotonic()
            if now - self._fetched_at > older_than and now - self._tried_at > FETCHED_AT_MOST_EVERY:
                self._tried_at = now
                self._renew(now)
            if self._keys is None:
                raise Refusal(
                    "The identity provider's keys cannot be had, so its tokens cannot be checked.",
                    code="provider_unavailable",
                    hint=f"Try again in a moment; the log says why {self._settings.issuer} did not answer.",
                )
            return self._keys

    def _renew(self, now: float) -> None:
        """Fetch the keys; those that were fetched before stay good if that fails."""
        try:
            found = self._fetch(f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self._settings.issuer:
                raise ValueError(f"the discovery document is that of {found.get('issuer')!r}")  # noqa: TRY301
            self._keys = KeySet.import_key_set(self._fetch(str(found["jwks_uri"])))  # type: ignore[arg-type]
            self._fetched_at = now
        except (httpx2.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            _log.error("The identity provider %s gave no keys: %s", self._settings.issuer, error)


def _words(claim: object) -> Collection[str]:
    """A claim's words: a list, or a text with spaces between."""
    if isinstance(claim, str):
        return claim.split()
    return [word for word in claim if isinstance(word, str)] if isinstance(claim, list) else []


def _scope(claims: Mapping[str, Any], name: str) -> frozenset[str] | None:
    """The scope that a claim gives: without the claim, everything; an empty or unreadable one gives nothing."""
    return frozenset(_words(claims[name])) if name in claims else None


def _invalid(why: str) -> Refusal:
    return Refusal(
        f"The request's token is not taken: {why}.",
        code="credentials_invalid",
        hint="Get a new token from the identity provider, for this audience.",
        headers={"WWW-Authenticate": 'Bearer realm="spanledger", error="invalid_token"'},
    )
