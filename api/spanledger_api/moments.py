"""Moments in questions and answers: a date or RFC 3339 in, RFC 3339 in UTC out.

A date stands for the whole day in UTC: `as_of` is its end, a lower bound its start. Where legal entities have zones of
their own, `zones.py` moves the end of `as_of` to where they are.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from spanledger_correlator.wording import duration_words

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2262, 1, 1, tzinfo=UTC)
"""The moments that 64-bit nanoseconds and ClickHouse's DateTime64(9) can hold."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+\- ]\d{2}:\d{2})\Z", re.ASCII)
_MONTH = re.compile(r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])\Z")
_SHAPES = "Write a date such as 2026-03-31, or a moment with its offset such as 2026-03-31T18:00:00Z."


def end_of_day_or_moment(text: Any) -> datetime:
    """A date as the last microsecond of its day, a moment as it is; in UTC.

    Raises PydanticCustomError `impossible_date` for what is neither, or is beyond what the store can hold.
    """
    return _parsed(text, time.max)


def start_of_day_or_moment(text: Any) -> datetime:
    """A date as its midnight, a moment as it is; in UTC. Raises as `end_of_day_or_moment`."""
    return _parsed(text, time.min)


def as_date(text: str) -> date | None:
    """The date that a parameter is, if it is one and no moment."""
    try:
        return date.fromisoformat(text) if _DATE.match(text) else None
    except ValueError:
        return None


def _parsed(text: Any, at: time) -> datetime:
    if isinstance(text, datetime):
        return text
    try:
        moment = _read(str(text), at)
    except (ValueError, OverflowError) as error:
        raise _impossible(f"`{str(text)[:80]}` is no moment: {error}.") from error
    if not EARLIEST <= moment < LATEST:
        raise _impossible(f"`{str(text)[:80]}` is outside the years 1900 to 2261.")
    return moment


def _read(text: str, at: time) -> datetime:
    if _DATE.match(text):
        return datetime.combine(date.fromisoformat(text), at, UTC)
    match = _MOMENT.match(text)
    if match is None:
        without_offset = _MOMENT.match(f"{text}Z") is not None
        raise ValueError("it has no offset from UTC" if without_offset else "it has another shape")
    day, clock, fraction, offset = match.groups()
    # In a query an unescaped `+` arrives as a space.
    zone = "+00:00" if offset in "zZ" else offset.replace(" ", "+")
    return datetime.fromisoformat(f"{day}T{clock}.{(fraction or '0')[:6]:0<6}{zone}").astimezone(UTC)


def _impossible(what: str) -> PydanticCustomError:
    return PydanticCustomError("impossible_date", "{what}", {"what": what, "do": _SHAPES})


_MOMENT_SCHEMA = WithJsonSchema({"type": "string", "examples": ["2026-03-31", "2026-03-31T18:00:00Z"]})
EndOfDayOrMoment = Annotated[datetime, BeforeValidator(end_of_day_or_moment), _MOMENT_SCHEMA]
StartOfDayOrMoment = Annotated[datetime, BeforeValidator(start_of_day_or_moment), _MOMENT_SCHEMA]


def _month(text: Any) -> str:
    if not _MONTH.match(str(text)):
        what, do = f"`{str(text)[:80]}` is no month.", "Write its year and number, such as 2026-03."
        raise PydanticCustomError("invalid_value", "{what}", {"what": what, "do": do})
    return str(text)


Month = Annotated[
    str, BeforeValidator(_month), WithJsonSchema({"type": "string", "pattern": _MONTH.pattern.replace(r"\Z", "$")})
]
"""A month from 1900 to 2199, `2026-03`."""


class Duration(BaseModel):
    """A length of time, for programs and for people."""

    seconds: int = Field(description="Whole seconds.")
    iso: str = Field(description="ISO 8601.")
    text: str = Field(description="Its two leading units.")


def duration(length: timedelta) -> Duration:
    """A length of time; below zero it counts as none."""
    seconds = max(length, timedelta()) // timedelta(seconds=1)
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    clock = "".join(f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if count)
    iso = f"P{f'{days}D' if days else ''}{f'T{clock}' if clock else ''}"
    return Duration(seconds=seconds, iso=iso if iso != "P" else "PT0S", text=duration_words(length))


def utc(moment: datetime) -> datetime:
    """A time of the store, which is UTC and naive, as an aware one."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def utc_or_none(moment: datetime | None) -> datetime | None:
    """As `utc`; None stays None."""
    return None if moment is None else utc(moment)


def rfc3339(moment: datetime | None) -> str:
    """`2026-03-31T18:00:00.000000Z`, empty for None."""
    return "" if moment is None else utc(moment).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
