"""The operation behind `spanledger token`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spanledger_collector import tokens
from spanledger_server.admin.operation import Premises, Progress


def operate(premises: Premises, arguments: Mapping[str, Any], _: Progress) -> dict[str, Any]:
    """`do`: create (for `tenant`, with a `name`), list, or revoke (`id`). The token itself is told once, on creation."""
    match arguments["do"]:
        case "create":
            token, secret = tokens.issue(premises.store, arguments["tenant"], arguments["name"])
            return {**_told(token), "token": secret}
        case "revoke":
            return _told(tokens.revoke(premises.store, arguments["id"]))
        case _:
            return {"tokens": [_told(token) for token in tokens.listed(premises.store)]}


def _told(token: tokens.Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "tenant": token.tenant,
        "name": token.name,
        "issued_at": token.issued_at.isoformat(),
        "revoked_at": token.revoked_at and token.revoked_at.isoformat(),
    }
