"""API keys: issued, listed, rotated, revoked; and found by the secret that a request shows.

A key is shown once. It has 256 random bits, so that its SHA-256, which is all that the store keeps, needs no salt. Its
public part is its id: `slk_<id>_<secret>`.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from spanledger_api.access.principal import ROLES, Principal, Role
from spanledger_store import NotFound, Store

PREFIX: Final = "slk_"
"""Begins every key, so that a leaked one is recognised by whoever looks for leaks."""
KNOWN_FOR: Final = 2.0
"""Seconds: a running API knows a new key, and no longer a revoked one, after so long."""

_COLUMNS: Final = (
    "Id", "Tenant", "Name", "Sha256", "Roles", "LegalEntities", "Processes", "IssuedAt", "ExpiresAt", "RevokedAt",
    "Version",
)  # fmt: skip
_ALL: Final = f"SELECT {', '.join(_COLUMNS)} FROM api_keys FINAL ORDER BY IssuedAt, Id"  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key, never its secret. Times are UTC; without `legal_entities` or `processes` it sees all."""

    id: str
    tenant: str
    name: str
    sha256: str
    roles: tuple[Role, ...]
    legal_entities: tuple[str, ...]
    processes: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def ended(self, now: datetime) -> bool:
        """Whether it is good for nothing any more."""
        return self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= now)

    @property
    def principal(self) -> Principal:
        """Who asks with it."""
        return Principal(
            id=f"key:{self.id}",
            name=self.name,
            tenant=self.tenant,
            roles=frozenset({"viewer", *self.roles}),
            personal=True,
            legal_entities=frozenset(self.legal_entities) or None,
            processes=frozenset(self.processes) or None,
        )


def issue(store: Store, key: ApiKey) -> tuple[ApiKey, str]:
    """Keep a key under a new id and secret; returns what is kept, and the key to show, which is not."""
    made, shown = _with_secret(replace(key, id=secrets.token_hex(6), issued_at=_now()))
    _keep(store, made)
    return made, shown


def listed(store: Store) -> list[ApiKey]:
    """Every key that was ever issued, oldest first."""
    return [_key(row) for row in store.rows(_ALL)]


def rotate(store: Store, key_id: str, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
    """Give a key another secret; the one before is good for nothing from now on. Roles and scope stay.

    Raises:
        NotFound: no key that is still good has this id.
    """
    key = _found(store, key_id)
    if key.revoked_at is not None:
        raise NotFound(f"The key {key_id!r} was revoked.", hint="Create another: `spanledger key create`.")
    made, shown = _with_secret(replace(key, expires_at=expires_at or key.expires_at))
    _keep(store, made)
    return made, shown


def revoke(store: Store, key_id: str) -> ApiKey:
    """Let a key be good for nothing from now on; one that is revoked already stays as it is.

    Raises:
        NotFound: no key has this id.
    """
    key = _found(store, key_id)
    if key.revoked_at is not None:
        return key
    revoked = replace(key, revoked_at=_now())
    _keep(store, revoked)
    return revoked


class KeyRing:
    """The keys of a store, read anew every `KNOWN_FOR` seconds by whoever asks then. Safe for several threads."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._reading = threading.Lock()
        self._read_at = float("-inf")
        self._keys: dict[str, ApiKey] = {}

    @property
    def stale(self) -> bool:
        """Whether `read` would ask the store."""
        return self._clock() - self._read_at >= KNOWN_FOR

    def read(self) -> None:
        """Read the keys, if that was long ago."""
        with self._reading:
            if self.stale:
                self._keys = {key.id: key for key in listed(self._store)}
                self._read_at = self._clock()

    def __bool__(self) -> bool:
        """Whether a key was ever issued: then everybody needs a credential."""
        return bool(self._keys)

    def find(self, shown: str, now: datetime) -> ApiKey | None:
        """The key that a request shows; None if there is none, or it has ended."""
        key_id, _, _ = shown.removeprefix(PREFIX).partition("_")
        key = self._keys.get(key_id)
        if key is None or not secrets.compare_digest(key.sha256, token_digest(shown)) or key.ended(now):
            return None
        return key


def _with_secret(key: ApiKey) -> tuple[ApiKey, str]:
    shown = f"{PREFIX}{key.id}_{secrets.token_urlsafe(32)}"
    return replace(key, sha256=token_digest(shown)), shown


def token_digest(token: str) -> str:
    """What is kept of a key or token: its SHA-256 in lower-case hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def _found(store: Store, key_id: str) -> ApiKey:
    key = next((key for key in listed(store) if key.id == key_id), None)
    if key is None:
        raise NotFound(f"No key has the id {key_id!r}.", hint="`spanledger key list` shows them.")
    return key


def _key(row: dict[str, Any]) -> ApiKey:
    return ApiKey(
        id=row["Id"],
        tenant=row["Tenant"],
        name=row["Name"],
        sha256=row["Sha256"],
        roles=tuple(role for role in ROLES if role in row["Roles"]),
        legal_entities=tuple(row["LegalEntities"]),
        processes=tuple(row["Processes"]),
        issued_at=row["IssuedAt"].replace(tzinfo=UTC),
        expires_at=row["ExpiresAt"] and row["ExpiresAt"].replace(tzinfo=UTC),
        revoked_at=row["RevokedAt"] and row["RevokedAt"].replace(tzinfo=UTC),
    )


def _keep(store: Store, key: ApiKey) -> None:
    row = (
        key.id, key.tenant, key.name, key.sha256, list(key.roles), list(key.legal_entities), list(key.processes),
        key.issued_at, key.expires_at, key.revoked_at, time.time_ns(),
    )  # fmt: skip
    store.insert("api_keys", [row], _COLUMNS)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
