"""The bytes that were received and not yet answered: what bounds the collector's memory."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from spanledger_collector.refusals import Overloaded


class InFlight:
    """Counts bytes against a limit, from any thread."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._bytes = 0
        self._guard = threading.Lock()

    @property
    def bytes(self) -> int:
        """How many there are now."""
        return self._bytes

    def share(self) -> Share:
        """A request's part, given back at the end of its `with` block."""
        return Share(self)

    def change(self, count: int) -> None:
        """Add `count` bytes (or give back, if negative).

        Raises:
            Overloaded: they would pass the limit; nothing was added.
        """
        with self._guard:
            if count > 0 and self._bytes + count > self._limit:
                raise Overloaded(
                    f"The collector holds {self._bytes} bytes that are not committed yet; {count} more would pass its "
                    f"limit of {self._limit}. Send the request again after the delay."
                )
            self._bytes += count


class Share:
    """What one request holds of the bytes in flight."""

    def __init__(self, whole: InFlight) -> None:
        self._whole = whole
        self._held = 0

    def add(self, count: int) -> None:
        """Hold `count` bytes more.

        Raises:
            Overloaded: the collector holds too much already.
        """
        self._whole.change(count)
        self._held += count

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._whole.change(-self._held)
        self._held = 0
