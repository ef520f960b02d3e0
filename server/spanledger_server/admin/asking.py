"""Having an operation carried out: by the server that holds the store, or here."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any

from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import load_definitions
from spanledger_server.admin import place
from spanledger_server.admin.operation import Premises, Progress, operation
from spanledger_server.settings import Settings
from spanledger_store import SpanledgerError, Store


def carry_out(settings: Settings, name: str, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The operation's result.

    Raises:
        SpanledgerError: what the operation refuses; StoreBusy if something holds the store and has no door.
    """
    door = place.find(settings.dsn)
    if door is not None:
        response = _knock(door, name, arguments)
        if response is not None:
            return _heard(response, progress)
    folder = settings.definitions_dir
    with Store.open(settings.dsn) as store:
        store.migrate()
        definitions = load_definitions([folder] if folder else [], pack=settings.pack)
        return operation(name)(Premises(store, definitions, Correlator(store, definitions)), arguments, progress)


def _knock(door: place.Door, name: str, arguments: Mapping[str, Any]) -> http.client.HTTPResponse | None:
    """The beginning of the server's answer; None if nobody is at the door: a killed server leaves its address."""
    connection = http.client.HTTPConnection("127.0.0.1", door.port)
    headers = {"Authorization": f"Bearer {door.token}", "Content-Type": "application/json"}
    try:
        connection.request("POST", f"/admin/{name}", json.dumps(arguments), headers)
        response = connection.getresponse()
    except (OSError, http.client.HTTPException):
        return None
    if response.status == http.client.NOT_FOUND:
        raise SpanledgerError(
            f"The running server does not know `{name}`.", hint="Start it again with this version.", code="not_found"
        )
    return response if response.status == http.client.OK else None


def _heard(response: http.client.HTTPResponse, progress: Progress) -> dict[str, Any]:
    for line in response:
        event = json.loads(line)
        if "progress" in event:
            progress(event["progress"])
        elif "error" in event:
            raise SpanledgerError(**event["error"])
        else:
            result: dict[str, Any] = event["result"]
            return result
    raise SpanledgerError("The server stopped before it was done.", hint="Nothing was changed; try again.")
