"""The firm's message queue: a small broker that keeps messages, with their headers, until their system takes them."""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener, answer_challenge, deliver_challenge
from typing import Any

from spanledger_server.simulate.plan.occurrence import System
from spanledger_server.simulate.systems.message import Message


class Broker:
    """Listens on a free port of this machine; every client authenticates with the key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._listener = Listener(("127.0.0.1", 0))
        self._queues: dict[str, deque[dict[str, Any]]] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._door = threading.Thread(target=self._accept, name="firm-broker", daemon=True)
        self._door.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.address[1])

    def close(self) -> None:
        """Take no further client."""
        self._closed = True
        # Closing a socket does not wake the thread that waits for its next client; a client does.
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._door.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            connection = self._listener.accept()
            if self._closed:
                connection.close()
                return
            threading.Thread(target=self._serve, args=(connection,), name="firm-broker-client", daemon=True).start()

    def _serve(self, connection: Connection[Any, Any]) -> None:
        with connection:
            try:
                # Here and not in the listener: a stranger who is silent must keep nobody else waiting.
                deliver_challenge(connection, self._key)
                answer_challenge(connection, self._key)
            except (AuthenticationError, EOFError, OSError):
                return
            while True:
                try:
                    asked = json.loads(connection.recv_bytes())
                except (EOFError, OSError):
                    return
                with self._lock:
                    queue = self._queues.setdefault(asked["queue"], deque())
                    if "message" in asked:
                        queue.append(asked["message"])
                        found: list[dict[str, Any]] = []
                    else:
                        found = list(queue)
                        queue.clear()
                connection.send_bytes(json.dumps(found).encode())


class QueueClient:
    """A system's connection to the broker."""

    def __init__(self, port: int, key: bytes) -> None:
        self._connection = Client(("127.0.0.1", port), authkey=key)
        # A system's calls are answered in other threads than the one that keeps its agenda.
        self._lock = threading.Lock()

    def publish(self, system: System, message: Message) -> None:
        """Put a message in a system's queue; it is there when this returns."""
        self._ask({"queue": system, "message": message.as_json()})

    def take(self, system: System) -> list[Message]:
        """Take all messages of a system's queue."""
        return [Message.from_json(one) for one in self._ask({"queue": system})]

    def close(self) -> None:
        """Leave the broker."""
        self._connection.close()

    def _ask(self, question: dict[str, Any]) -> list[dict[str, Any]]:
        with self._lock:
            self._connection.send_bytes(json.dumps(question).encode())
            found: list[dict[str, Any]] = json.loads(self._connection.recv_bytes())
            return found
