"""Where a running server says how to reach its admin door: a file that only its own user can read.

For an embedded store it lies in the store's directory, so that whoever may open the store may administer it, and nobody
else. For a ClickHouse server it lies in a folder of the user's own on this machine, named by the DSN's digest.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from spanledger_store.dsn import Embedded, parse_dsn


@dataclass(frozen=True)
class Door:
    """A loopback port, and the token that it asks for."""

    port: int
    token: str


def place_of(dsn: str) -> Path:
    """The file for the store that `dsn` names."""
    target = parse_dsn(dsn)
    if isinstance(target, Embedded):
        return target.path / f"admin-{target.database}.json"
    folder = Path(tempfile.gettempdir()) / f"spanledger-{os.getuid()}"
    return folder / f"{hashlib.sha256(repr(target).encode()).hexdigest()[:16]}.json"


def put_up(dsn: str, door: Door) -> None:
    """Write the file; a folder of its own is made for this user alone."""
    place = place_of(dsn)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    fresh = place.with_suffix(f".{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(door), file)
    fresh.replace(place)


def take_down(dsn: str) -> None:
    """Remove the file."""
    place_of(dsn).unlink(missing_ok=True)


def find(dsn: str) -> Door | None:
    """What the file says; None without one, or if it is not this user's."""
    place = place_of(dsn)
    try:
        if place.stat().st_uid != os.getuid():
            return None
        return Door(**json.loads(place.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
