"""What the comments of a definition say: the ones at its head of the whole, the ones above a step of that step."""

from __future__ import annotations

import re
from collections.abc import Iterator

_STEP = re.compile(r"  - step: (\S+)")


def introduction(text: str) -> Iterator[str]:
    """The lines of the comment at the head."""
    for line in text.splitlines():
        if not line.startswith("#"):
            return
        yield line.removeprefix("#").strip()


def step_notes(text: str) -> dict[str, str]:
    """The comment directly above each step, by the step's name, as one paragraph."""
    notes: dict[str, str] = {}
    held: list[str] = []
    for line in text.splitlines():
        step = _STEP.match(line)
        if line.startswith("  # "):
            held.append(line.removeprefix("  # "))
            continue
        if step and held:
            notes[step[1]] = " ".join(held)
        held = []
    return notes
