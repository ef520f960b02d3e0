"""Whose spans these are: the credential decides, never the payload."""

from __future__ import annotations

import hmac
import logging
import threading
from collections.abc import Mapping

from clickhouse_connect.driver.exceptions import ClickHouseError

from spanledger_collector import tokens
from spanledger_collector.refusals import Unauthenticated
from spanledger_store import SpanledgerError, Store

_log = logging.getLogger(__name__)


class Tenancy:
    """Knows the tokens by their SHA-256. While there has never been any, every request belongs to the default tenant."""

    def __init__(self, given: Mapping[str, str] | None, default_tenant: str) -> None:
        self._given = dict(given or {})
        self._default_tenant = default_tenant
        self._good = self._given
        self._asks = bool(self._given)

    def tenant(self, authorization: str) -> str:
        """The tenant of the request that carries this `Authorization` header (empty: none).

        Raises:
            Unauthenticated: tokens are asked for, and this is none of them.
        """
        if not self._asks:
            return self._default_tenant
        scheme, _, token = authorization.partition(" ")
        if not authorization:
            raise Unauthenticated("The request carries no credential. Send the header Authorization: Bearer <token>.")
        if scheme.lower() != "bearer":
            raise Unauthenticated(f"The credential's scheme is {scheme[:20]!r}. Send Authorization: Bearer <token>.")
        # Digests meet, each with all of them and in constant time: how long it takes says nothing about a token.
        sent = tokens.digest(token.strip())
        found = [tenant for known, tenant in self._good.items() if hmac.compare_digest(known, sent)]
        if not found:
            raise Unauthenticated("The token is not known here. Ask the collector's operator for a valid one.")
        return found[0]

    def read(self, store: Store) -> None:
        """Learn which tokens of the store are good now, besides those given at the start."""
        issued = tokens.listed(store)
        self._good = self._given | {token.sha256: token.tenant for token in issued if token.revoked_at is None}
        self._asks = bool(self._given or issued)


class TokenWatch:
    """Reads the store's tokens again and again: a new one is good, and a revoked one is not, within seconds."""

    def __init__(self, tenancy: Tenancy, store: Store, every: float) -> None:
        self._tenancy = tenancy
        self._store = store
        self._every = every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="otlp-tokens", daemon=True)

    def start(self) -> None:
        """Read them once, and then from time to time. A store that does not answer yet leaves those of the start."""
        self._read()
        self._thread.start()

    def stop(self) -> None:
        """Read no more."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(5)

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            self._read()

    def _read(self) -> None:
        try:
            self._tenancy.read(self._store)
        except (ClickHouseError, SpanledgerError) as error:
            _log.warning("The store's tokens could not be read; those known go on: %s", type(error).__name__)
