"""One process owns an embedded directory; the second one gets a sentence instead of a stack trace.

The engine refuses a second process too, but says only "Error initializing EmbeddedServer". Our own lock is taken first,
so the message can name the owner. The kernel releases it however the process ends.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from threading import Lock

from spanledger_store.errors import SettingInvalid, StoreBusy, StoreUnavailable

_LOCK_FILE = "spanledger.lock"
_guard = Lock()
_owned: dict[Path, tuple[int, int]] = {}


def own(path: Path) -> None:
    """Take the directory for this process; further calls for the same directory only count.

    Raises:
        StoreBusy: another process owns it.
        SettingInvalid: this process already runs an engine over another directory (chDB allows one).
        StoreUnavailable: the directory cannot be created or written.
    """
    with _guard:
        if path in _owned:
            descriptor, count = _owned[path]
            _owned[path] = (descriptor, count + 1)
            return
        if _owned:
            other = next(iter(_owned))
            raise SettingInvalid(
                f"This process already runs the embedded engine over {other}; it cannot open {path} as well.",
                hint="Use one embedded store per process.",
            )
        _owned[path] = (_lock(path), 1)


def disown(path: Path) -> None:
    """Give one claim back; the last one releases the directory."""
    with _guard:
        descriptor, count = _owned[path]
        if count > 1:
            _owned[path] = (descriptor, count - 1)
            return
        del _owned[path]
        os.close(descriptor)


def _lock(path: Path) -> int:
    try:
        path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path / _LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _claim(path, descriptor)
        except BaseException:
            os.close(descriptor)
            raise
    except OSError as error:
        raise StoreUnavailable(
            f"The store's directory {path} cannot be written: {error.strerror}.",
            hint="Check that it exists, has space and belongs to this user.",
        ) from error
    return descriptor


def _claim(path: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        owner = os.read(descriptor, 32).decode().strip() or "unknown"
        raise StoreBusy(
            f"The store in {path} is in use by another Spanledger (process {owner}).",
            hint="Stop that one, talk to it through its API, or give this one another directory.",
        ) from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
