"""How far a backfill came, kept in a small file so that an interrupted one goes on where it stopped.

Losing the file costs time and nothing else: ids are the same in every run, so what is sent twice counts once. A file
that belongs to another log, mapping, endpoint or token is ignored for the same reason.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(slots=True)
class Progress:
    """The rows that are done with (from the first on), and what became of them."""

    rows: int = 0
    sent: int = 0
    rejected: int = 0
    filtered: int = 0


def fingerprint(log: Path, *identity: str) -> str:
    """What makes two runs the same backfill: the file as it is now, and mapping, endpoint and token."""
    state = log.stat()
    parts = (str(log.resolve()), str(state.st_size), str(state.st_mtime_ns), *identity)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def default_state(log: Path, mark: str) -> Path:
    """The place for a progress file: the user's state directory, since logs often lie where nothing may be written."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "spanledger" / "backfill" / f"{log.stem}-{mark[:12]}.json"


class ProgressFile:
    """The progress of one backfill on disk."""

    def __init__(self, path: Path, mark: str) -> None:
        self.path = path
        self._mark = mark

    def load(self) -> Progress:
        """What an earlier run of the same backfill reached; nothing if there was none."""
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            if found["backfill"] == self._mark:
                return Progress(**found["progress"])
        except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError):
            return Progress()
        return Progress()

    def save(self, progress: Progress) -> None:
        """Replace the file in one step: a crash leaves the old one or the new one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".part")
        draft.write_text(json.dumps({"backfill": self._mark, "progress": asdict(progress)}), encoding="utf-8")
        draft.replace(self.path)

    def remove(self) -> None:
        """The backfill is complete: a later run sends everything again, and nothing doubles."""
        self.path.unlink(missing_ok=True)
