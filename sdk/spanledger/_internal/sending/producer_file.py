"""How many spans a process has numbered, on disk: what was numbered and never came has died with it.

The number is written into a page that the system keeps when the process is killed: no call, no wait. A file whose process
is gone is read by the next one, which says the last number in its place.
"""

import contextlib
import mmap
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from spanledger._internal.sending.locks import lock_whole

_SUFFIX: Final = ".producer"
_LAST: Final = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Dead:
    """A producer that ended without saying so, and the last number that it gave."""

    producer_id: str
    last: int


class ProducerFile:
    """The numbers of one producer. `remember` is called with every span; the file is opened by another thread, later."""

    def __init__(self, producer_id: str) -> None:
        self._producer_id = producer_id
        self._last = 0
        self._page: mmap.mmap | None = None
        self._path: Path | None = None
        self._descriptor = -1

    def remember(self, number: int) -> None:
        """The newest number."""
        self._last = number
        if (page := self._page) is not None:
            # Not `suppress`, which would cost more than the writing.
            try:
                _LAST.pack_into(page, 0, number)
            except ValueError:
                return  # it was closed just now

    def open(self, folder: Path) -> None:
        """Keep the number in a folder from now on. Raises OSError where that cannot be."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"{self._producer_id}{_SUFFIX}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            lock_whole(descriptor)
            # Real bytes, so that writing to the page cannot meet a full disk.
            os.write(descriptor, _LAST.pack(self._last))
            page = mmap.mmap(descriptor, _LAST.size)
        except OSError:
            os.close(descriptor)
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        _LAST.pack_into(page, 0, self._last)
        self._path, self._descriptor, self._page = path, descriptor, page
        # A number that came between the two lines above is not lost to it.
        _LAST.pack_into(page, 0, self._last)

    def close(self, *, said: bool) -> None:
        """Let go of the file; `said` if the last number has been told, so that nobody needs to find it."""
        page, self._page = self._page, None
        if page is None or self._path is None:
            return
        if said:
            with contextlib.suppress(OSError):
                self._path.unlink()
        page.close()
        os.close(self._descriptor)
        if said:
            # Where an open file cannot be removed.
            with contextlib.suppress(OSError):
                self._path.unlink()


@contextlib.contextmanager
def the_dead(folder: Path, own: str) -> Iterator[list[Dead]]:
    """Producers in a folder whose process is gone. Their files are removed if the body ends well: then it has told."""
    with contextlib.ExitStack() as stack:
        found, paths = [], []
        for path in sorted(folder.glob(f"*{_SUFFIX}")):
            if path.stem == own:
                # To close it a second time would end the lock on it.
                continue
            with contextlib.suppress(OSError, struct.error):
                file = stack.enter_context(path.open("rb+"))
                if lock_whole(file.fileno()):
                    (last,) = _LAST.unpack(file.read(_LAST.size))
                    found.append(Dead(path.stem, last))
                    paths.append(path)
        yield found
        for path in paths:
            with contextlib.suppress(OSError):
                path.unlink()
