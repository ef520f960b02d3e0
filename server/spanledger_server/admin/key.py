"""The operation behind `spanledger key`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from spanledger_api.access import api_keys
from spanledger_api.access.api_keys import ApiKey
from spanledger_correlator.definition.model import Definitions
from spanledger_server.admin.operation import Premises, Progress
from spanledger_store import NotFound


def operate(premises: Premises, arguments: Mapping[str, Any], _: Progress) -> dict[str, Any]:
    """`do` says what: create, list, rotate or revoke.

    Raises:
        NotFound: no key has that `id`, or no definition declares a process that a key shall be narrowed to.
    """
    expires_at = _expiry(arguments["days"])
    match arguments["do"]:
        case "create":
            _check_processes(premises.definitions, arguments["processes"])
            asked = ApiKey(
                id="",
                tenant=arguments["tenant"],
                name=arguments["name"],
                sha256="",
                roles=tuple(arguments["roles"]),
                legal_entities=tuple(arguments["legal_entities"]),
                processes=tuple(arguments["processes"]),
                issued_at=datetime.now(UTC),
                expires_at=expires_at,
                revoked_at=None,
            )
            key, shown = api_keys.issue(premises.store, asked)
            return {**_told(key), "key": shown}
        case "rotate":
            key, shown = api_keys.rotate(premises.store, arguments["id"], expires_at)
            return {**_told(key), "key": shown}
        case "revoke":
            return _told(api_keys.revoke(premises.store, arguments["id"]))
        case _:
            return {"keys": [_told(key) for key in api_keys.listed(premises.store)]}


def _expiry(days: int | None) -> datetime | None:
    return None if days is None else (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0)


def _check_processes(definitions: Definitions, wanted: list[str]) -> None:
    known = {definition.process for definition in definitions}
    for process in wanted:
        if process not in known:
            raise NotFound(f"There is no process {process!r}.", hint=f"There are: {', '.join(sorted(known))}.")


def _told(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "tenant": key.tenant,
        "name": key.name,
        "roles": list(key.roles),
        "legal_entities": list(key.legal_entities),
        "processes": list(key.processes),
        "issued_at": key.issued_at.isoformat(),
        "expires_at": key.expires_at and key.expires_at.isoformat(),
        "revoked_at": key.revoked_at and key.revoked_at.isoformat(),
    }
