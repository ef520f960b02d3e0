"""Calls from system to system, and from the conductor to a system: HTTP with a connection kept open."""

from __future__ import annotations

import http.client
import json
import threading
from typing import Any

from spanledger_server.simulate.systems.message import Answer, Message

REFERENCE = "x-request-id"
# A day's work of one system is one call; a busy machine may need long for it.
_TIMEOUT = 300.0


class HttpClient:
    """One system's HTTP door, as seen by one caller."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
        self._lock = threading.Lock()

    def call(self, method: str, path: str, message: Message) -> Answer:
        """Send the record with the trace's headers and the caller's reference."""
        headers = {**message.headers, REFERENCE: message.reference}
        return self.ask(method, path, message.record, headers)

    def ask(self, method: str, path: str, body: Any, headers: dict[str, str] | None = None) -> Answer:
        """Send JSON and read JSON."""
        with self._lock:
            self._connection.request(
                method, path, json.dumps(body).encode(), {"content-type": "application/json", **(headers or {})}
            )
            response = self._connection.getresponse()
            return Answer(response.status, json.loads(response.read()))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
