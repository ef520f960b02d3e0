"""Durations as people write them: `15m`, `1d 4h`, `30 calendar days`, `3 business days`, `2 months`, and cut-offs such
as `3 business days after month end`.

What has a fixed length is an integer of nanoseconds. A deadline's budget may also count in what only a calendar knows:
months, the days of a zone, working days and hours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal, cast

SECOND_NS: Final = 1_000_000_000
MINUTE_NS: Final = 60 * SECOND_NS
HOUR_NS: Final = 60 * MINUTE_NS
DAY_NS: Final = 24 * HOUR_NS
WEEK_NS: Final = 7 * DAY_NS
LONGEST_NS: Final = 100 * 365 * DAY_NS
"""A hundred years: a moment plus a duration stays within 64-bit nanoseconds."""
LONGEST_BUSINESS_DAYS: Final = 10_000

CutOff = Literal["", "month", "quarter", "year"]

_UNITS: Final = {
    SECOND_NS: ("s", "sec", "second", "seconds"),
    MINUTE_NS: ("m", "min", "minute", "minutes"),
    HOUR_NS: ("h", "hour", "hours"),
    DAY_NS: ("d", "day", "days", "calendar day", "calendar days"),
    WEEK_NS: ("w", "week", "weeks"),
}
_NANOSECONDS: Final = {word: length for length, words in _UNITS.items() for word in words}
_MONTHS: Final = {"month": 1, "months": 1, "quarter": 3, "quarters": 3, "year": 12, "years": 12}
_PART = re.compile(r"\s*([0-9]{1,12})\s*((?:calendar\s+)?[a-z]+)", re.ASCII)
_WORKING = re.compile(r"\s*([0-9]{1,6})\s*(?:business|working)\s+(days?|hours?|minutes?)\s*", re.ASCII)
_CUT_OFF = re.compile(r"\s*(?:(?P<after>.*\S)\s+after\s+)?(?:the\s+)?(?P<what>month|quarter|year)[ -]end\s*", re.ASCII)
_BUSINESS = re.compile(r"\b(business|working|work)\b")
_ENDLESS = re.compile(r"[0-9 ](mo|months?|y|yrs?|years?|quarters?)\b")


class DurationError(ValueError):
    """The text is no duration; `hint` says what to write instead."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Budget:
    """How long something may take, part by part; `after` counts it from the end of that period instead.

    Days are days of the calendar's zone (of UTC without one), months have their own lengths, working days and time are
    the calendar's. `elapsed_ns` and `business_ns` are nanoseconds. `text` is what was written.
    """

    elapsed_ns: int = 0
    days: int = 0
    months: int = 0
    business_days: int = 0
    business_ns: int = 0
    after: CutOff = ""
    text: str = field(default="", compare=False)

    @property
    def fixed_ns(self) -> int | None:
        """Its nanoseconds where a day has 24 hours; None if it has no fixed length even there."""
        if self.months or self.works or self.after:
            return None
        return self.elapsed_ns + self.days * DAY_NS

    @property
    def works(self) -> bool:
        """Whether it counts working time."""
        return bool(self.business_days or self.business_ns)

    @property
    def nominal_ns(self) -> int:
        """Its nanoseconds where no calendar says otherwise: every hour is worked, a day has 24, a month 30 days."""
        days = self.days + self.business_days + 30 * self.months
        return self.elapsed_ns + self.business_ns + days * DAY_NS


def parse_duration(text: str) -> int:
    """Nanoseconds of a duration of fixed length: whole numbers with units, each unit at most once.

    Raises DurationError with a hint, also for more than a hundred years.
    """
    total = sum(length * count for length, count in _fixed_parts(text).items())
    if total > LONGEST_NS:
        raise DurationError(f"`{text}` is longer than a hundred years", "Write a duration a deadline can have.")
    return total


def parse_budget(text: str) -> Budget:
    """The budget that a text states. Raises DurationError with a hint, also for more than a hundred years."""
    cut_off = _CUT_OFF.fullmatch(text)
    if cut_off is None:
        budget = _parse_length(text, text)
    else:
        length = Budget() if cut_off["after"] is None else _parse_length(cut_off["after"], text)
        budget = Budget(
            length.elapsed_ns,
            length.days,
            length.months,
            length.business_days,
            length.business_ns,
            cast("CutOff", cut_off["what"]),
            text,
        )
    if budget.nominal_ns > LONGEST_NS or budget.business_days > LONGEST_BUSINESS_DAYS:
        raise DurationError(f"`{text}` is longer than a hundred years", "Write a duration a deadline can have.")
    return budget


def _parse_length(written: str, text: str) -> Budget:
    working = _WORKING.fullmatch(written)
    if working is not None:
        count, unit = int(working[1]), working[2].rstrip("s")
        if unit == "day":
            return Budget(business_days=count, text=text)
        return Budget(business_ns=count * (HOUR_NS if unit == "hour" else MINUTE_NS), text=text)
    if _BUSINESS.search(written.lower()):
        raise DurationError(
            f"`{text}` is no working time", "Write `3 business days` or `8 business hours`, and nothing beside it."
        )
    months, rest = _months(written)
    parts = _fixed_parts(rest) if rest.strip() or not months else {}
    days = parts.pop(DAY_NS, 0) + 7 * parts.pop(WEEK_NS, 0)
    return Budget(sum(length * count for length, count in parts.items()), days, months, text=text)


def _months(written: str) -> tuple[int, str]:
    """The months that stand first, `1 year 6 months`, and what stands behind them."""
    months, seen, rest = 0, set[int](), written
    while (part := _PART.match(rest)) and (length := _MONTHS.get(part[2])) and length not in seen:
        seen.add(length)
        months += int(part[1]) * length
        rest = rest[part.end() :]
    return months, rest


def _fixed_parts(text: str) -> dict[int, int]:
    """How many of each unit, by the unit's nanoseconds."""
    parts: dict[int, int] = {}
    words, position = text.strip(), 0
    while part := _PART.match(words, position):
        length = _NANOSECONDS.get(re.sub(r"\s+", " ", part[2]))
        if length is None or length in parts:
            break
        parts[length] = int(part[1])
        position = part.end()
    if not words or position != len(words):
        raise _unreadable(text)
    return parts


def _unreadable(text: str) -> DurationError:
    lower = text.lower()
    if _BUSINESS.search(lower):
        return DurationError(f"`{text}` counts working time, and this counts all of it", "Write `3 calendar days`.")
    if _ENDLESS.search(lower):
        return DurationError(f"`{text}` has no fixed length", "Write days: `30 calendar days`, `365d`.")
    if re.fullmatch(r"\s*[0-9]{1,12}\s*", text, re.ASCII):
        number = text.strip()
        return DurationError(f"`{text}` has no unit", f"Write `{number}m`, `{number}h` or `{number}d`.")
    if re.search(r"[0-9][.,][0-9]", text):
        return DurationError(f"`{text}` is not in whole numbers", "Write `1h 30m` for an hour and a half.")
    return DurationError(f"`{text}` is not a duration", "Write `30s`, `15m`, `4h`, `1d 4h` or `30 calendar days`.")
