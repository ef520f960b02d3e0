"""The admin door of a running server: `POST /admin/{operation}` on a loopback port of its own, with a token.

The answer is lines of JSON: `{"progress": 0.4}` as often as there is some, then `{"result": …}` or `{"error": …}`. When
the caller leaves, the operation is given up at its next progress.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Annotated, Any

from fastapi import Body, FastAPI, Header, HTTPException
from fastapi.responses import StreamingResponse

from spanledger_server.address import Address
from spanledger_server.admin import place
from spanledger_server.admin.operation import OPERATIONS, Operation, Premises, Progress, operation
from spanledger_server.http_server import HttpServer
from spanledger_server.listening import listen
from spanledger_store import SpanledgerError

_log = logging.getLogger("spanledger.admin")


class GivenUp(Exception):
    """Nobody waits for the operation's end any more."""


class AdminDoor:
    """A part of the server: open between `start` and `stop`, its address where `place` says."""

    def __init__(self, dsn: str, premises: Premises, on_failure: Callable[[str], None]) -> None:
        self._dsn = dsn
        self._token = secrets.token_urlsafe(32)
        self._socket = listen("api_address", Address("127.0.0.1", 0))
        self._server = HttpServer("http-admin", admin_app(premises, self._token), self._socket, on_failure)

    def start(self) -> None:
        """Serve, and say where."""
        self._server.start()
        place.put_up(self._dsn, place.Door(self._socket.getsockname()[1], self._token))

    def stop(self, timeout: float) -> None:
        """Take the address down and serve no more."""
        place.take_down(self._dsn)
        self._server.stop(timeout)


def admin_app(premises: Premises, token: str) -> FastAPI:
    """The application behind the door."""
    app = FastAPI(openapi_url=None)

    @app.post("/admin/{name}")
    async def carry_out(
        name: str, arguments: Annotated[dict[str, Any], Body()], authorization: Annotated[str, Header()] = ""
    ) -> StreamingResponse:
        if not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401)
        if name not in OPERATIONS:
            raise HTTPException(404)
        return StreamingResponse(_lines(operation(name), premises, arguments), media_type="application/x-ndjson")

    return app


async def _lines(operate: Operation, premises: Premises, arguments: Mapping[str, Any]) -> AsyncIterator[str]:
    """Run the operation in a thread of its own, where its handles on the store stay, and pass on what it says."""
    loop = asyncio.get_running_loop()
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    left = threading.Event()

    def say(event: Mapping[str, Any]) -> None:
        loop.call_soon_threadsafe(said.put_nowait, dict(event))

    def progress(done: float) -> None:
        if left.is_set():
            raise GivenUp
        say({"progress": done})

    def work() -> None:
        try:
            say(_ended(operate, premises, arguments, progress))
        except GivenUp:
            _log.info("An operation was given up: its caller has left.")

    threading.Thread(target=work, name="spanledger-admin", daemon=True).start()
    try:
        while True:
            event = await said.get()
            yield json.dumps(event, default=str) + "\n"
            if "progress" not in event:
                return
    finally:
        left.set()


def _ended(operate: Operation, premises: Premises, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The operation's last word: its result, or what went wrong."""
    try:
        return {"result": operate(premises, arguments, progress)}
    except SpanledgerError as error:
        return {"error": {"message": error.message, "hint": error.hint, "code": error.code}}
    except GivenUp:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller waits for an answer
        _log.error("An operation broke", exc_info=error)
        what = f"It broke: {type(error).__name__}: {error}"
        return {"error": {"message": what, "hint": "See the server's log.", "code": "internal_error"}}
