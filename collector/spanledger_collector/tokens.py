"""Ingest tokens that are kept in the store: issued, listed, revoked. They are good for sending spans, and nothing else.

A token is shown once, when it is issued; the store keeps its SHA-256. It has 256 random bits, so that its digest needs
no salt.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from spanledger_store import NotFound, Store

PREFIX = "slt_"
"""Begins every token, so that a leaked one is recognised by whoever looks for leaks."""

_COLUMNS = ("Id", "Tenant", "Name", "Sha256", "IssuedAt", "RevokedAt", "Version")
_ALL = "SELECT Id, Tenant, Name, Sha256, IssuedAt, RevokedAt FROM ingest_tokens FINAL ORDER BY IssuedAt, Id"


@dataclass(frozen=True)
class Token:
    """What is known of a token: never the token itself. Times are UTC; `revoked_at` is None while it is good."""

    id: str
    tenant: str
    name: str
    sha256: str
    issued_at: datetime
    revoked_at: datetime | None


def digest(token: str) -> str:
    """A token's SHA-256 in hex, as it is kept and compared."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue(store: Store, tenant: str, name: str) -> tuple[Token, str]:
    """Make a token for a tenant; returns what is kept, and the token, which is not. `name` says what it is for."""
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token(secrets.token_hex(4), tenant, name, digest(secret), _now(), None)
    _keep(store, token)
    return token, secret


def listed(store: Store) -> list[Token]:
    """Every token that was ever issued, oldest first."""
    return [
        Token(
            row["Id"],
            row["Tenant"],
            row["Name"],
            row["Sha256"].decode() if isinstance(row["Sha256"], bytes) else row["Sha256"],
            row["IssuedAt"].replace(tzinfo=UTC),
            row["RevokedAt"] and row["RevokedAt"].replace(tzinfo=UTC),
        )
        for row in store.rows(_ALL)
    ]


def revoke(store: Store, token_id: str) -> Token:
    """Let a token be good for nothing from now on; one that is revoked already stays as it is.

    Raises:
        NotFound: no token has this id.
    """
    token = next((token for token in listed(store) if token.id == token_id), None)
    if token is None:
        raise NotFound(f"No token has the id {token_id!r}.", hint="`spanledger token list` shows them.")
    if token.revoked_at is not None:
        return token
    revoked = replace(token, revoked_at=_now())
    _keep(store, revoked)
    return revoked


def _keep(store: Store, token: Token) -> None:
    row = (token.id, token.tenant, token.name, token.sha256, token.issued_at, token.revoked_at, time.time_ns())
    store.insert("ingest_tokens", [row], _COLUMNS)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
