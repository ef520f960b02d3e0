"""A TCP link to a server that can be cut, be slow, or lose answers."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Literal, Self

Fault = Literal["", "cut", "loses_answers"]


class Link:
    """Forwards connections from a port of its own to `server_port` on this machine, as a `with` block.

    `fault` and `delay` (seconds before each piece of an answer) count from the next bytes on.
    """

    def __init__(self, server_port: int) -> None:
        self.fault: Fault = ""
        self.delay = 0.0
        self.lost = 0
        self._server_port = server_port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._sockets: list[socket.socket] = []

    def cut(self) -> None:
        """Refuse connections, and end those that are open."""
        self.fault = "cut"
        self._end_connections()

    def _end_connections(self) -> None:
        while self._sockets:
            _end(self._sockets.pop())

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        _end(self._listening)
        self._end_connections()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if self.fault == "cut":
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self._server_port))
                self._sockets += (client, server)
                threading.Thread(target=self._ask, args=(client, server), daemon=True).start()
                threading.Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := client.recv(65536):
                server.sendall(piece)
        _end(server)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := server.recv(65536):
                time.sleep(self.delay)
                if self.fault == "loses_answers":
                    self.lost += 1
                    break
                client.sendall(piece)
        _end(client)


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
