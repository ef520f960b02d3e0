"""What the collector did not take waits here: a bounded folder of requests, sent on by this process or a later one.

A file is one request, whole or not there: it is written beside and renamed. Its name says how old it is and how many
spans it has. Several processes may share the folder: who sends a file on holds a lock on it, which ends with the process.
A file that is sent twice all the same does no harm, as the collector counts a span once.
"""

import contextlib
import itertools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from spanledger._internal.sending.locks import lock_whole

_SUFFIX: Final = ".otlp"


class SpoolFull(OSError):
    """A request is larger than all that the spool may hold."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request in the spool."""

    path: Path
    spans: int
    size: int


@dataclass(frozen=True, slots=True)
class Held:
    """A waiting request that this process alone sends now."""

    path: Path
    spans: int
    body: bytes


class Spool:
    """A folder of waiting requests, of at most `limit` bytes."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self._limit = limit
        self._numbers = itertools.count()

    def put(self, body: bytes, spans: int) -> int:
        """Keep a request, synced; the oldest make room for it. Returns how many spans those had, which are lost now.

        Raises:
            OSError: it could not be written: the disk is full, or the folder may not be written to.
        """
        if len(body) > self._limit:
            raise SpoolFull(f"a request of {len(body)} bytes is more than the spool's {self._limit}")
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        dropped = self._make_room(self._limit - len(body))
        name = f"{time.time_ns():020d}-{os.getpid()}-{next(self._numbers)}-{spans}"
        beside = self.folder / f"{name}.part"
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            beside.rename(beside.with_suffix(_SUFFIX))
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise
        return dropped

    def waiting(self) -> list[Waiting]:
        """What waits, oldest first."""
        found = []
        with contextlib.suppress(OSError), os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.name.endswith(_SUFFIX):
                    with contextlib.suppress(OSError, ValueError):
                        spans = int(entry.name.removesuffix(_SUFFIX).rpartition("-")[2])
                        found.append(Waiting(Path(entry.path), spans, entry.stat().st_size))
        return sorted(found, key=lambda one: one.path.name)

    @contextlib.contextmanager
    def hold(self, most: int) -> Iterator[list[Held]]:
        """The oldest requests that no other process is at, of at most `most` bytes together, but one at least.

        Nobody else sends them until the block ends.
        """
        with contextlib.ExitStack() as stack:
            held: list[Held] = []
            size = 0
            for one in self.waiting():
                size += one.size
                if held and size > most:
                    break
                with contextlib.suppress(OSError):
                    file = stack.enter_context(one.path.open("rb+"))
                    # One that was unlocked just now may have been sent just now.
                    if lock_whole(file.fileno()) and os.fstat(file.fileno()).st_nlink > 0:
                        held.append(Held(one.path, one.spans, file.read()))
            yield held

    def remove(self, path: Path) -> None:
        """That request is settled."""
        with contextlib.suppress(OSError):
            path.unlink()

    def _make_room(self, limit: int) -> int:
        waiting = self.waiting()
        size, dropped = sum(one.size for one in waiting), 0
        for one in waiting:
            if size <= limit:
                break
            self.remove(one.path)
            size -= one.size
            dropped += one.spans
        return dropped
