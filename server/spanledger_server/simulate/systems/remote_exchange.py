"""The ways from system to system between processes: HTTP, the broker's queues, and a folder for files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from spanledger_server.simulate.plan.occurrence import System
from spanledger_server.simulate.systems.broker import QueueClient
from spanledger_server.simulate.systems.folder import leave_file, take_files
from spanledger_server.simulate.systems.http_client import HttpClient
from spanledger_server.simulate.systems.message import Answer, Message


class RemoteExchange:
    """One system's ways to the others."""

    def __init__(self, ports: Mapping[System, int], queue: QueueClient, folder: Path) -> None:
        self._clients = {system: HttpClient(port) for system, port in ports.items()}
        self._queue = queue
        self._folder = folder

    def call(self, system: System, method: str, path: str, message: Message) -> Answer:
        """Call a system over HTTP."""
        return self._clients[system].call(method, path, message)

    def publish(self, system: System, message: Message) -> None:
        """Put a message in a system's queue."""
        self._queue.publish(system, message)

    def take(self, system: System) -> list[Message]:
        """Take all messages of a system's queue."""
        return self._queue.take(system)

    def drop_file(self, system: System, message: Message) -> None:
        """Leave a file in a system's folder."""
        leave_file(self._folder, system, message)

    def collect_files(self, system: System) -> list[Message]:
        """Take all files of a system's folder."""
        return take_files(self._folder, system)
