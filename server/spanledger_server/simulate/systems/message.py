"""What one system hands to another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from spanledger_server.simulate.plan.occurrence import System

Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Message:
    """Work for another system: the sender's reference, the trace's headers, the business record."""

    reference: str
    headers: Headers = field(default_factory=dict)
    record: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The message as plain values."""
        return {"reference": self.reference, "headers": self.headers, "record": self.record}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Message:
        """The message from its plain values."""
        return cls(value["reference"], value["headers"], value["record"])


class Answer(NamedTuple):
    """An HTTP answer."""

    status: int
    body: Any


class Exchange(Protocol):
    """The three ways from system to system."""

    def call(self, system: System, method: str, path: str, message: Message) -> Answer:
        """Call a system over HTTP and wait for its answer."""

    def publish(self, system: System, message: Message) -> None:
        """Put a message in a system's queue."""

    def take(self, system: System) -> list[Message]:
        """Take all messages that wait in a system's queue."""

    def drop_file(self, system: System, message: Message) -> None:
        """Leave a file with a manifest in a system's folder: the record's `lines` are the file, one a line."""

    def collect_files(self, system: System) -> list[Message]:
        """Take all files that lie in a system's folder."""
