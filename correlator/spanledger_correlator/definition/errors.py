"""Mistakes in process definitions: collected with file and line, told all at once, each with what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from spanledger_store.errors import DefinitionInvalid

LISTED_AT_MOST = 16
"""So many words a hint lists; more would hide the point."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong on a line (counted from 1) of a file, and what to write instead."""

    path: str
    line: int
    what: str
    hint: str

    @property
    def message(self) -> str:
        """The mistake as `file:line: what`, ended with a full stop."""
        return f"{self.path}:{self.line}: {self.what}."


def refusal(mistakes: Sequence[Mistake]) -> DefinitionInvalid:
    """One error for one or more mistakes; more than one are listed a line each, every hint behind its mistake."""
    mistakes = sorted(mistakes, key=lambda mistake: (mistake.path, mistake.line))
    if len(mistakes) == 1:
        return DefinitionInvalid(mistakes[0].message, hint=mistakes[0].hint)
    lines = [f"{mistake.message} {mistake.hint}".rstrip() for mistake in mistakes]
    return DefinitionInvalid(
        "\n".join((f"{len(mistakes)} mistakes in process definitions:", *lines)),
        hint="\nNothing was loaded; correct these and load again.",
    )


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that a mistyped one was probably meant to be."""
    return next(iter(difflib.get_close_matches(word, known, n=1)), None)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """The known word nearest to a mistyped one; all known words where none is near."""
    near = nearest(word, known)
    if near is not None:
        return f"Did you mean `{near}`?"
    if not known:
        return ""
    listed = ", ".join(list(known)[:LISTED_AT_MOST])
    return f"Write one of: {listed}{', …' if len(known) > LISTED_AT_MOST else ''}."
