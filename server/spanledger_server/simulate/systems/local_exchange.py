"""The ways from system to system within one process: for tests that want the spans and not the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from spanledger_server.simulate.plan.occurrence import System
from spanledger_server.simulate.systems.message import Answer, Message


class _Receiver(Protocol):
    def receive(self, message: Message) -> Answer: ...


@dataclass(slots=True)
class LocalExchange:
    """Calls are calls, queues and folders are lists."""

    receivers: Mapping[System, _Receiver]
    _waiting: dict[tuple[str, System], list[Message]] = field(default_factory=dict)

    def call(self, system: System, method: str, path: str, message: Message) -> Answer:
        """Let the system take the call; where it goes matters only on the network."""
        del method, path
        return self.receivers[system].receive(message)

    def publish(self, system: System, message: Message) -> None:
        """Put a message in a system's queue."""
        self._waiting.setdefault(("queue", system), []).append(message)

    def take(self, system: System) -> list[Message]:
        """Take all messages of a system's queue."""
        return self._waiting.pop(("queue", system), [])

    def drop_file(self, system: System, message: Message) -> None:
        """Leave a file in a system's folder."""
        self._waiting.setdefault(("folder", system), []).append(message)

    def collect_files(self, system: System) -> list[Message]:
        """Take all files of a system's folder."""
        return self._waiting.pop(("folder", system), [])
