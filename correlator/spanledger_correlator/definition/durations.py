"""Durations as people write them in definitions: `4h`, `15m`, `1d 4h`, `30 calendar days`, `2 weeks`.

A day is 24 hours and a week 7 days, on every calendar. Months and years have no fixed length, and working days need a
calendar: both are refused rather than guessed.
"""

from __future__ import annotations

import re

SECOND_NS = 1_000_000_000
MINUTE_NS = 60 * SECOND_NS
HOUR_NS = 60 * MINUTE_NS
DAY_NS = 24 * HOUR_NS
WEEK_NS = 7 * DAY_NS
LONGEST_NS = 100 * 365 * DAY_NS
"""A hundred years: a moment plus a duration stays within 64-bit nanoseconds."""

CALENDARS_UNSUPPORTED = "working calendars are not supported yet; use calendar days"

_UNITS = {
    SECOND_NS: ("s", "sec", "second", "seconds"),
    MINUTE_NS: ("m", "min", "minute", "minutes"),
    HOUR_NS: ("h", "hour", "hours"),
    DAY_NS: ("d", "day", "days", "calendar day", "calendar days"),
    WEEK_NS: ("w", "week", "weeks"),
}
_NANOSECONDS = {word: length for length, words in _UNITS.items() for word in words}
_PART = re.compile(r"\s*([0-9]{1,12})\s*((?:calendar\s+)?[a-z]+)", re.ASCII)
_WORKING = re.compile(r"\b(business|working|work)\b")
_ENDLESS = re.compile(r"[0-9 ](mo|months?|y|yrs?|years?|quarters?)\b")


class DurationError(ValueError):
    """The text is no duration; `hint` says what to write instead."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


def parse_duration(text: str) -> int:
    """Nanoseconds of a duration: whole numbers with units, each unit at most once.

    Raises DurationError with a hint, also for more than a hundred years.
    """
    total, seen, position = 0, set[int](), 0
    words = text.strip()
    while part := _PART.match(words, position):
        length = _NANOSECONDS.get(re.sub(r"\s+", " ", part[2]))
        if length is None or length in seen:
            break
        seen.add(length)
        total += int(part[1]) * length
        position = part.end()
    if not words or position != len(words):
        raise _unreadable(text)
    if total > LONGEST_NS:
        raise DurationError(f"`{text}` is longer than a hundred years", "Write a duration a deadline can have.")
    return total


def _unreadable(text: str) -> DurationError:
    lower = text.lower()
    if _WORKING.search(lower):
        return DurationError(CALENDARS_UNSUPPORTED, "Write `3 calendar days`.")
    if _ENDLESS.search(lower):
        return DurationError(f"`{text}` has no fixed length", "Write days: `30 calendar days`, `365d`.")
    if re.fullmatch(r"\s*[0-9]{1,12}\s*", text, re.ASCII):
        number = text.strip()
        return DurationError(f"`{text}` has no unit", f"Write `{number}m`, `{number}h` or `{number}d`.")
    if re.search(r"[0-9][.,][0-9]", text):
        return DurationError(f"`{text}` is not in whole numbers", "Write `1h 30m` for an hour and a half.")
    return DurationError(f"`{text}` is not a duration", "Write `30s`, `15m`, `4h`, `1d 4h` or `30 calendar days`.")
