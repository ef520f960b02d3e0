"""A system's HTTP door: calls of the other systems, and the conductor's orders under `/-/`."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from spanledger_server.simulate.systems.http_client import REFERENCE
from spanledger_server.simulate.systems.message import Answer, Message

Order = Callable[[dict[str, Any]], dict[str, Any]]
_CONTEXT = ("traceparent", "tracestate", "baggage")


class HttpDoor(ThreadingHTTPServer):
    """Listens on a free port of this machine."""

    daemon_threads = True

    def __init__(self, receive: Callable[[Message], Answer], orders: dict[str, Order]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.receive = receive
        self.orders = orders


class _Handler(BaseHTTPRequestHandler):
    server: HttpDoor
    protocol_version = "HTTP/1.1"
    # Head and body are two writes: with Nagle's algorithm each answer would wait 40 ms.
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """A system's call or an order."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path.startswith("/-/"):
            self._answer(Answer(200, self.server.orders[self.path](body)))
            return
        context = {name: self.headers[name] for name in _CONTEXT if name in self.headers}
        self._answer(self.server.receive(Message(self.headers[REFERENCE], context, body)))

    do_PATCH = do_POST  # noqa: N815  the name that http.server asks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that http.server gives
        """Nothing: the run's report counts the calls."""

    def _answer(self, answer: Answer) -> None:
        content = json.dumps(answer.body).encode()
        self.send_response(answer.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
