"""A query as words, by ClickHouse's lexical rules: what is not known to be harmless is refused.

Comments are left out, and everything else is written again as it was read, so that the engine reads the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["name", "quoted", "string", "number", "value", "sign"]

_BLANK: Final = re.compile(r"(?:[ \t\r\n]|--[^\n]*(?:\n|\Z)|/\*(?:(?!/\*).)*?\*/)+", re.DOTALL)
_WORDS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("name", re.compile(r"[A-Za-z_][A-Za-z0-9_]*")),
    ("number", re.compile(r"0[xX][0-9A-Fa-f]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")),
    ("string", re.compile(r"'(?:[^'\\\x00]|''|\\[^\x00])*+'")),
    # A quoted name neither escapes nor doubles its quotes: no honest name needs it.
    ("quoted", re.compile(r'"[^"\\\x00]+"(?!")|`[^`\\\x00]+`(?!`)')),
    # A value that the request binds: {name:Type}.
    ("value", re.compile(r"\{\s*[A-Za-z_][A-Za-z0-9_]*\s*:\s*[A-Za-z0-9_(), ']+\}")),
    ("sign", re.compile(r"->|::|==|!=|<>|<=(?!>)|>=|<(?!=)|\|\||[-+*/%=>()\[\],.;:?]")),
)
_AFTER_A_DOT: Final = re.compile(r"\d+(?![A-Za-z0-9_])")


class Unreadable(ValueError):
    """The text holds something that is not read; the message says what and where."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query. `apart` says that a blank or a comment stands before it."""

    kind: Kind
    text: str
    apart: bool = False

    @property
    def name(self) -> str:
        """The name that it is, without quotes; empty for anything else."""
        if self.kind == "name":
            return self.text
        return self.text[1:-1] if self.kind == "quoted" else ""

    def means(self, *keywords: str) -> bool:
        """Whether it is one of these keywords, which are in capitals; a quoted name is none."""
        return self.kind == "name" and self.text.upper() in keywords


def words(text: str) -> list[Word]:
    """The words of a query.

    Raises:
        Unreadable: something in it is no word of a query.
    """
    return list(_read(text))


def written(query: Sequence[Word]) -> str:
    """The query as text again; words that stood apart stand apart."""
    return "".join(f" {word.text}" if word.apart else word.text for word in query).strip()


def _read(text: str) -> Iterator[Word]:
    place = 0
    before: Word | None = None
    while place < len(text):
        blank = _BLANK.match(text, place)
        if blank:
            place = blank.end()
        if place == len(text):
            return
        word = _word_at(text, place, before, apart=blank is not None)
        yield word
        place, before = place + len(word.text), word


def _word_at(text: str, place: int, before: Word | None, *, apart: bool) -> Word:
    if text.startswith(("/*", "//", ".."), place):
        # A comment that does not end, or holds another; one of a kind that is not read; no word at all.
        raise _unknown(text, place)
    element = _element(text, place, before) if before is not None else ""
    if element:
        return Word("sign" if element == "." else "number", element, apart)
    for kind, pattern in _WORDS:
        found = pattern.match(text, place)
        if found:
            following = text[found.end() : found.end() + 1]
            if kind == "number" and (following.isalnum() or following in {"_", "."}):
                break
            if kind == "name" and following == "'":
                # The engine reads x'41' as a text in hexadecimal digits.
                break
            return Word(kind, found[0], apart)
    raise _unknown(text, place)


def _element(text: str, place: int, before: Word) -> str:
    """The dot or the number of an element of a tuple: `t.1.2` holds no number with a fraction. Empty for anything else."""
    if text[place] == "." and (before.kind in {"name", "quoted", "number"} or before.text in {")", "]"}):
        return "."
    if before.text != "." or not text[place].isdigit():
        return ""
    found = _AFTER_A_DOT.match(text, place)
    if found is None:
        raise _unknown(text, place)
    return found[0]


def _unknown(text: str, place: int) -> Unreadable:
    line = text.count("\n", 0, place) + 1
    return Unreadable(f"line {line}: {text[place : place + 20]!r} is not read here")
