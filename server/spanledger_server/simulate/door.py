"""Whether the collector is there and lets us in, asked before four processes start."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from spanledger_server.simulate.errors import SimulationFailed

_TIMEOUT = 10.0


def check_door(endpoint: str, token: str) -> None:
    """Send an empty request to the collector. Raises SimulationFailed with what to do."""
    parts = urlsplit(endpoint)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise SimulationFailed(f"{endpoint!r} is no address of a collector.", hint="Write http://127.0.0.1:4318.")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, port, timeout=_TIMEOUT)
    headers = {"content-type": "application/x-protobuf", "content-length": "0"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    try:
        connection.request("POST", parts.path.removesuffix("/v1/traces").rstrip("/") + "/v1/traces", b"", headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise SimulationFailed(
            f"No collector answers at {endpoint}: {error}.",
            hint="Start one with `spanledger up`, or name another with --endpoint.",
        ) from error
    finally:
        connection.close()
    if status in {401, 403}:
        raise SimulationFailed(f"The collector at {endpoint} asks for a token.", hint="Give it with --token.")
    if status != 200:
        raise SimulationFailed(
            f"What answers at {endpoint} is no OTLP collector: it said {status}.", hint="Name another with --endpoint."
        )
