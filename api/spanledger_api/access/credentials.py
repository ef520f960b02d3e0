"""From a request's credential to its principal. The credential says whose data it sees, never the payload.

A credential is an API key of the store, a token of the identity provider, or a token that the environment gives a whole
tenant. Without any of these the API is open, to this machine only: it must listen on a loopback address, and a request
must have been sent to one by name, so that a page in a browser cannot reach it through a name of its own (DNS
rebinding).
"""

from __future__ import annotations

import base64
import ipaddress
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from fastapi import Request
from starlette.requests import HTTPConnection

from spanledger_api.access.api_keys import PREFIX, KeyRing, token_digest
from spanledger_api.access.identity import IdentityProvider, looks_like_a_token
from spanledger_api.access.principal import ANONYMOUS, Principal
from spanledger_api.problems import Refusal


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own: `localhost`, 127.0.0.0/8, ::1."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Access:
    """Who may ask, besides those who hold a key of the store.

    `tokens` maps the SHA-256 of bearer tokens, in hex, to the tenant that each of them may do everything for; `provider`
    vouches for people. Where there is none of these and no key, every request is `default_tenant`'s: then only requests
    to a loopback address are answered. `requests_per_second` is what one credential may ask; None for no limit.
    """

    tokens: Mapping[str, str] = field(default_factory=dict)
    provider: IdentityProvider | None = None
    default_tenant: str = "default"
    requests_per_second: int | None = None


class Credentials:
    """Knows every credential."""

    def __init__(self, access: Access, keys: KeyRing, clock: Callable[[], datetime]) -> None:
        self._tokens = access.tokens
        self._provider = access.provider
        self._default = access.default_tenant
        self._keys = keys
        self._clock = clock

    @property
    def open(self) -> bool:
        """Whether requests need no credentials."""
        return not (self._tokens or self._keys or self._provider)

    def principal_of(self, request: Request) -> Principal:
        """Whose request it is. It may ask the store or the identity provider: not on the event loop.

        Raises Refusal `credentials_missing`, `credentials_invalid` or, open, `not_loopback`.
        """
        return self.principal_by(_shown_by(request), request)

    def principal_by(self, shown: str, request: HTTPConnection) -> Principal:
        """Whose request it is that shows this credential; empty for none. Raises as `principal_of` does."""
        self._keys.read()
        if self.open:
            _require_loopback(request)
            return Principal(ANONYMOUS, "anyone on this machine", self._default)
        if not shown:
            raise _refused("credentials_missing", "The request carries no bearer token.")
        if shown.startswith(PREFIX):
            key = self._keys.find(shown, self._clock())
            if key is not None:
                return key.principal
        elif self._provider is not None and looks_like_a_token(shown):
            return self._provider.principal_of(shown, self._clock())
        digest = token_digest(shown)
        # Every known digest is compared in constant time: neither a hit nor a near miss answers sooner.
        found = [tenant for known, tenant in self._tokens.items() if secrets.compare_digest(known, digest)]
        if not found:
            raise _refused(
                "credentials_invalid", "The request's bearer token is not known, has expired, or has been withdrawn."
            )
        return Principal(f"token:{found[0]}", f"the token of {found[0]}", found[0])


def bearer_token(headers: Mapping[str, str]) -> str:
    """The token of `Authorization: Bearer …`; empty without one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def basic_password(headers: Mapping[str, str]) -> str:
    """The password of `Authorization: Basic …`, whatever the user's name; empty without one."""
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[2].strip()
    except ValueError:
        return ""


def _shown_by(request: Request) -> str:
    """The bearer token; of a GET also the password that a browser asked for, under whatever name.

    A browser sends that along unasked, so it is good for reading alone.
    """
    password = basic_password(request.headers) if request.method in {"GET", "HEAD"} else ""
    return password or bearer_token(request.headers)


def _require_loopback(request: HTTPConnection) -> None:
    host = request.headers.get("host", "")
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        name = ""
    if not is_loopback(name):
        raise Refusal(
            f"Without credentials this Spanledger answers requests to this machine's own address only, not to `{host[:80]}`.",
            code="not_loopback",
            hint="Ask http://127.0.0.1 or http://localhost, or start it with credentials.",
        )


def _refused(code: str, what: str) -> Refusal:
    return Refusal(
        what,
        code=code,
        hint="Send `Authorization: Bearer <key>`; `spanledger key create` makes one.",
        headers={"WWW-Authenticate": 'Bearer realm="spanledger"'},
    )
