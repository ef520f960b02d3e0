"""An integration's replay endpoint, over a real socket: it checks each order's signature and answers as it is told."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from standardwebhooks import Webhook

from spanledger_api.replays.message import Message, sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def signed(said: dict[str, Any], secret: str) -> Message:
    """An order of such a content."""
    return sign(said, "0" * 31 + "1", secret)


@dataclass
class Order:
    """What came: the content, and the request's headers by small name."""

    said: dict[str, Any]
    headers: dict[str, str]

    @property
    def trace_id(self) -> str:
        return self.headers["traceparent"].split("-")[1]


@dataclass
class Endpoint:
    """A server on a free port of this machine. `hold` keeps an answer back until it is set; `silent` never answers."""

    status: int = 0
    text: str = ""
    silent: bool = False
    hold: threading.Event = field(default_factory=threading.Event)
    orders: list[Order] = field(default_factory=list)

    def reset(self) -> None:
        """As it was at first, without orders."""
        self.status, self.text, self.silent = 202, '{"taken": true}', False
        self.hold.set()
        self.orders.clear()

    def __enter__(self) -> Self:
        self.reset()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/replay"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                # Raises if it was not signed with the secret, or too long ago.
                Webhook(SECRET).verify(body, headers)
                endpoint.orders.append(Order(json.loads(body), headers))
                assert endpoint.hold.wait(20)
                if endpoint.silent:
                    self.close_connection = True
                    return
                self.send_response(endpoint.status)
                self.send_header("Content-Length", str(len(endpoint.text)))
                if 300 <= endpoint.status < 400:
                    self.send_header("Location", endpoint.url)
                self.end_headers()
                self.wfile.write(endpoint.text.encode())

            def log_message(self, *_: Any) -> None:
                pass

        return Handler
