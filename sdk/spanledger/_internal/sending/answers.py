"""What became of a request, as a transport reads it from the collector's answer."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Taken:
    """It is stored, but for `rejected` spans; `words` is what the collector says about those."""

    rejected: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """It may be stored later, unchanged: the collector is away, busy, or does not know the credential (any more).

    `after` is for how many seconds it asks to be left alone; None if it does not say.
    """

    words: str
    after: float | None = None


@dataclass(frozen=True, slots=True)
class TooLarge:
    """Half of it may be stored."""

    words: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never be stored."""

    words: str


Answer = Taken | Later | TooLarge | Refused


class Transport(Protocol):
    """Brings a request to the collector."""

    def send(self, body: bytes) -> Answer:
        """Send an encoded `ExportTraceServiceRequest`, once. It does not raise for what a network or a server does."""

    def close(self) -> None:
        """Close the connections."""
