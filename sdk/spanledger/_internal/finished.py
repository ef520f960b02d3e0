"""A business span that has ended, as it waits to be sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from opentelemetry.trace import SpanContext

Value = str | bool | int | Sequence[str]


@dataclass(frozen=True, slots=True)
class Raised:
    """The exception that left a step's body."""

    type: str
    message: str
    stacktrace: str


@dataclass(frozen=True, slots=True)
class Finished:
    """A span as it is sent. Times in nanoseconds since 1970, UTC."""

    name: str
    context: SpanContext
    parent: SpanContext | None
    started_at: int
    ended_at: int
    attributes: Mapping[str, Value]
    failed: bool
    description: str | None
    raised: Raised | None
    links: Sequence[SpanContext] = ()
    """Other spans that it has to do with, in whatever trace."""


class Sink(Protocol):
    """Where finished spans go."""

    def send(self, span: Finished) -> None:
        """Take a finished span without blocking."""

    def flush(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds until all is stored; whether it is."""

    def conclude(self, mark: Callable[[Finished], Finished], closing: Callable[[], Finished]) -> None:
        """Mark the last span that waits as the last one, or send one more that says so."""

    def shutdown(self, timeout: float) -> bool:
        """Send the rest for at most `timeout` seconds, then stop; False if any was lost."""

    def after_fork(self) -> None:
        """Begin anew in a forked child."""
