"""Whose spans these are: the credential decides, never the payload."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from spanledger_collector.refusals import Unauthenticated


class Tenancy:
    """Knows the tokens by their SHA-256. Without any, every request belongs to the default tenant."""

    def __init__(self, tokens: Mapping[str, str] | None, default_tenant: str) -> None:
        self._tokens = dict(tokens or {})
        self._default_tenant = default_tenant

    def tenant(self, authorization: str) -> str:
        """The tenant of the request that carries this `Authorization` header (empty: none).

        Raises:
            Unauthenticated: tokens are asked for, and this is none of them.
        """
        if not self._tokens:
            return self._default_tenant
        scheme, _, token = authorization.partition(" ")
        if not authorization:
            raise Unauthenticated("The request carries no credential. Send the header Authorization: Bearer <token>.")
        if scheme.lower() != "bearer":
            raise Unauthenticated(f"The credential's scheme is {scheme[:20]!r}. Send Authorization: Bearer <token>.")
        # Only the digests meet in the comparison, so its time says nothing about a token.
        tenant = self._tokens.get(hashlib.sha256(token.strip().encode()).hexdigest())
        if tenant is None:
            raise Unauthenticated("The token is not known here. Ask the collector's operator for a valid one.")
        return tenant
