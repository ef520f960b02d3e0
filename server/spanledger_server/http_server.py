"""uvicorn as a part of a larger process: on a socket that is already open, in a thread of its own, without signals."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # the process's lifetime owns the signals


class HttpServer:
    """Serves one application until it is stopped. `on_failure` is called with a sentence if it ends by itself.

    `name` is the thread's, and stands in that sentence.
    """

    def __init__(self, name: str, app: Starlette, listening: socket.socket, on_failure: Callable[[str], None]) -> None:
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=5)
        self._server = _Server(config)
        self._socket = listening
        self._on_failure = on_failure
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to serve. A request is answered from the moment that the event loop runs; none is refused before."""
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """Take no new request, finish those under way, and return within `timeout` seconds."""
        self._server.should_exit = True
        self._thread.join(timeout)
        self._socket.close()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        finally:
            if not self._server.should_exit:
                self._on_failure(f"The HTTP server {self._thread.name} ended by itself; the log says why.")
