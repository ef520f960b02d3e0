"""A writable ClickHouse server for the tests: its HTTP interface over chDB, in a process of its own.

    python tests/store/clickhouse_process.py DIRECTORY USER PASSWORD [PORT] [SESSION_TIMEOUT]

It prints its port once it listens and ends when its standard input closes. It keeps ClickHouse's own rules where a
client can tell: one session per `session_id` with its temporary tables and one query at a time, forgotten when idle;
settings for one request; limits on the URL and on each parameter; the codes and the shape of errors.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.store.clickhouse_request import MAX_URI, Asked, Refused, asked, encoded
from tests.store.clickhouse_sessions import Sessions

_STATUS = {60: 404, 62: 400, 81: 404, 516: 403, 373: 500}


class Server:
    """Answers requests for one user over one directory."""

    def __init__(self, sessions: Sessions, user: str, password: str) -> None:
        self._sessions = sessions
        self._credentials = (user, password)

    async def ping(self, _: Request) -> Response:
        """As ClickHouse answers whoever asks whether it is there."""
        return PlainTextResponse("Ok.\n")

    async def query(self, request: Request) -> Response:
        """One statement; the result is held back until it is whole, as with wait_end_of_query=1."""
        try:
            question = asked(request, await request.body(), self._credentials)
            body = await asyncio.to_thread(self._sessions.answer, question)
        except Refused as refused:
            return _refusal(refused)
        return _answer(question, body)


def _answer(question: Asked, body: bytes) -> Response:
    headers = {"X-ClickHouse-Timezone": "UTC", "X-ClickHouse-Summary": "{}"}
    if question.result_format:
        headers["X-ClickHouse-Format"] = question.result_format
    content, encoding = encoded(body, question.accepts)
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(content, headers=headers)


def _refusal(refused: Refused) -> Response:
    return PlainTextResponse(
        refused.message,
        status_code=_STATUS.get(refused.code, 500),
        headers={"X-ClickHouse-Exception-Code": str(refused.code)},
    )


def _end_with_the_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def main(directory: str, user: str, password: str, port: str = "0", session_timeout: str = "60") -> None:
    """Serve until standard input closes."""
    server = Server(Sessions(directory, float(session_timeout)), user, password)
    app = Starlette(routes=[Route("/ping", server.ping), Route("/", server.query, methods=["GET", "POST"])])
    listener = socket.create_server(("127.0.0.1", int(port)))
    print(listener.getsockname()[1], flush=True)  # noqa: T201 - the protocol with the parent
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    # httptools takes URLs of 64 KiB at most; ClickHouse takes a megabyte.
    config = uvicorn.Config(
        app, http="h11", h11_max_incomplete_event_size=2 * MAX_URI, log_level="error", access_log=False
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
