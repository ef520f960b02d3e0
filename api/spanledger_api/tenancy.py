"""Whose data a request may see: the credential says it, never the payload.

Without credentials configured the API is open, to this machine only: it must listen on a loopback address, and a
request must have been sent to one by name, so that a page in a browser cannot reach it through a name of its own
(DNS rebinding).
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from fastapi import Request

from spanledger_api.problems import Refusal
from spanledger_store import SettingInvalid


def token_digest(token: str) -> str:
    """What is kept of a token: its SHA-256 in lower-case hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own: `localhost`, 127.0.0.0/8, ::1."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def require_credentials_unless_loopback(address: str, tokens: Mapping[str, str] | None) -> None:
    """Check, before listening on `address`, that nobody else's machine gets answers without credentials.

    Raises:
        SettingInvalid: the address is not loopback and there are no tokens.
    """
    if tokens or is_loopback(address):
        return
    raise SettingInvalid(
        f"The API would be open to everyone who can reach {address or 'this machine'}: there are no credentials.",
        hint="Create a token first (`spanledger token create`), or listen on 127.0.0.1.",
    )


class Tenancy:
    """From a request's credential to its tenant. `tokens` maps SHA-256 digests to tenants; None leaves it open."""

    def __init__(self, tokens: Mapping[str, str] | None, default_tenant: str) -> None:
        self._tokens = None if tokens is None else dict(tokens)
        self._default = default_tenant

    @property
    def open(self) -> bool:
        """Whether requests need no credentials."""
        return self._tokens is None

    def tenant_of(self, request: Request) -> str:
        """The tenant of the request's bearer token, or the default one where the API is open.

        Raises Refusal `credentials_missing`, `credentials_invalid` or, open, `not_loopback`.
        """
        if self._tokens is None:
            _require_loopback(request)
            return self._default
        token = _token_of(request)
        if not token:
            raise _refused("credentials_missing", "The request carries no bearer token.")
        digest = token_digest(token)
        # Every known digest is compared in constant time: neither a hit nor a near miss answers sooner.
        found = [tenant for known, tenant in self._tokens.items() if secrets.compare_digest(known, digest)]
        if not found:
            raise _refused("credentials_invalid", "The request's bearer token is not known, or has been withdrawn.")
        return found[0]


def _token_of(request: Request) -> str:
    """The bearer token; of a GET also the password that a browser asked for, under whatever name.

    A browser sends that along unasked, so it is good for reading alone.
    """
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic" and request.method in {"GET", "HEAD"}:
        try:
            return base64.b64decode(credentials, validate=True).decode().partition(":")[2].strip()
        except ValueError:
            return ""
    return credentials.strip() if scheme.lower() == "bearer" else ""


def _require_loopback(request: Request) -> None:
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
        hint="Send `Authorization: Bearer <token>`; `spanledger token create` makes one.",
        headers={"WWW-Authenticate": 'Bearer realm="spanledger"'},
    )
