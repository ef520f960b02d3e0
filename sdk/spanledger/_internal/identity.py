"""Trace and span ids: random ones, and those derived from a source's own event id."""

import hashlib
import os
from typing import Protocol


class Ids(Protocol):
    """Where new ids come from."""

    def trace_id(self) -> int:
        """A new trace id: 128 bits, not 0."""

    def span_id(self) -> int:
        """A new span id: 64 bits, not 0."""


class RandomIds:
    """Ids from the system's random source: `random.seed(42)` in the host would repeat them, and lose spans."""

    def trace_id(self) -> int:
        """A new trace id."""
        return int.from_bytes(os.urandom(16)) or 1

    def span_id(self) -> int:
        """A new span id."""
        return int.from_bytes(os.urandom(8)) or 1


def of_event(system: str, id_scope: str, event_id: str, step: str) -> tuple[int, int]:
    """The trace and span id of a source's event: the same event sent twice is one span.

    Both depend on the system, the id scope and the event id; the span id on the step too, so that one event which
    makes two steps makes two spans of one trace. Never on the content: in real logs two equal rows are two events.
    """
    event = _digest("trace", system, id_scope, event_id)
    span = _digest("span", system, id_scope, event_id, step)
    return int.from_bytes(event[:16]) or 1, int.from_bytes(span[:8]) or 1


def _digest(*parts: str) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode()
        # The length in front keeps ("ab", "c") and ("a", "bc") apart.
        digest.update(len(raw).to_bytes(8) + raw)
    return digest.digest()
