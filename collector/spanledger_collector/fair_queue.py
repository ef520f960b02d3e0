"""The requests that wait for their group: each tenant has a line of its own, and groups take from the lines in turn.

So a tenant that sends a flood waits behind itself, and nobody else behind it.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from concurrent.futures import Future
from dataclasses import dataclass, field

from spanledger_collector.door import Checked
from spanledger_collector.responses import Encoding, Outcome


@dataclass
class Waiting:
    """A request and the answer that somebody waits for."""

    tenant: str
    request: Checked
    answer: Future[Outcome] = field(default_factory=Future)
    since: float = field(default_factory=time.monotonic)

    @property
    def size(self) -> int:
        """Bytes that it adds to its group."""
        return self.request.size


class FairQueue:
    """Not safe for threads by itself: its owner holds a lock."""

    def __init__(self) -> None:
        self._lines: OrderedDict[tuple[str, Encoding], deque[Waiting]] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    @property
    def bytes(self) -> int:
        """What waits, in bytes."""
        return self._bytes

    @property
    def oldest(self) -> float | None:
        """Since when the first of all waits, on the monotonic clock; None if nobody does."""
        return min((line[0].since for line in self._lines.values()), default=None)

    def put(self, waiting: Waiting) -> None:
        """Let a request wait at the end of its tenant's line for its encoding."""
        self._lines.setdefault((waiting.tenant, waiting.request.encoding), deque()).append(waiting)
        self._bytes += waiting.size

    def take(self, max_bytes: int) -> list[Waiting]:
        """The next group: one request of each line in turn, as many as fit (at least one), all of one encoding.

        The line whose turn was last is the last one next time. Somebody must be waiting.
        """
        group: list[Waiting] = []
        size = 0
        encoding = next(iter(self._lines))[1]
        turns = deque(key for key in self._lines if key[1] == encoding)
        while turns:
            key = turns.popleft()
            line = self._lines[key]
            if group and size + line[0].size > max_bytes:
                break
            group.append(line.popleft())
            size += group[-1].size
            if line:
                self._lines.move_to_end(key)
                turns.append(key)
            else:
                del self._lines[key]
        self._bytes -= size
        return group

    def clear(self) -> list[Waiting]:
        """Everyone who waits; the queue is empty then."""
        left = [waiting for line in self._lines.values() for waiting in line]
        self._lines.clear()
        self._bytes = 0
        return left
