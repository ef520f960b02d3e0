"""Working calendars compiled into rows, so that the database counts by them.

Python knows zones and public holidays; what it says of the years that are compiled is written down once a version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from spanledger_correlator.definition.calendar import FIRST_YEAR, LAST_YEAR, Calendar
from spanledger_correlator.definition.model import Definitions, ProcessDefinition
from spanledger_store import Store

_BEGIN = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
_END = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_SECOND_NS = 1_000_000_000

Offset = tuple[datetime, datetime, int]
"""A moment, the local time (written as one of UTC) from which on local times are read so, and seconds from UTC."""
WorkingDay = tuple[date, int, datetime, datetime, int]
"""A day, its number, when it opens and closes, and the working nanoseconds of all days before."""


def record(store: Store, definitions: Definitions) -> int:
    """Keep the calendars that some definition counts by; returns how many are new or were changed."""
    latest = "SELECT Calendar, argMax(Version, RecordedAt) FROM calendar_records GROUP BY Calendar"
    present = {row[0]: row[1] for row in store.query(latest).result_rows}
    used = {name for one in definitions for name in calendar_names(one)}
    changed = [
        calendar
        for name, calendar in sorted(definitions.calendars.items())
        if name in used and present.get(name) != version(calendar)
    ]
    for calendar in changed:
        key = (calendar.name, version(calendar))
        _insert(store, "calendar_offsets", ("Since", "LocalSince", "OffsetSeconds"), key, offsets(calendar.zone))
        days = ("Day", "Number", "OpensAt", "ClosesAt", "WorkedBefore")
        _insert(store, "calendar_days", days, key, working_days(calendar))
        # Last: a version that is recorded is complete.
        words = [[*key, calendar.zone, calendar.title, calendar.text]]
        store.insert("calendar_records", words, ["Calendar", "Version", "Zone", "Title", "Source"])
    return len(changed)


def calendar_names(definition: ProcessDefinition) -> set[str]:
    """The calendars that a definition counts by."""
    return {definition.calendar, *(step.calendar for step in definition.steps)} - {""}


def _insert(
    store: Store, table: str, columns: tuple[str, ...], key: tuple[str, int], rows: tuple[tuple[Any, ...], ...]
) -> None:
    store.insert(table, [[*key, *row] for row in rows], ["Calendar", "Version", *columns])


@cache
def version(calendar: Calendar) -> int:
    """A number that changes with anything that the calendar says of a day."""
    said = repr((offsets(calendar.zone), working_days(calendar)))
    return int.from_bytes(hashlib.blake2b(said.encode(), digest_size=8).digest(), "big")


@cache
def offsets(zone: str) -> tuple[Offset, ...]:
    """Every offset of a zone in the years that are compiled; before and behind them it is nought."""
    return tuple(_offsets(ZoneInfo(zone)))


def _offsets(zone: ZoneInfo) -> Iterator[Offset]:
    before, moment = 0, _BEGIN
    while moment < _END:
        offset = _seconds(zone, moment)
        if offset != before:
            since = moment if moment == _BEGIN else _change(zone, moment - _DAY, moment)
            yield _offset(since, before, offset)
            before = offset
        moment += _DAY
    if before:
        yield _offset(_END, before, 0)


def _offset(since: datetime, before: int, offset: int) -> Offset:
    return since, since + timedelta(seconds=max(before, offset)), offset


def _change(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    """The second of the change of offset between two moments."""
    before = _seconds(zone, early)
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        early, late = (middle, late) if _seconds(zone, middle) == before else (early, middle)
    return late


def _seconds(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset() or timedelta()
    return offset // timedelta(seconds=1)


@cache
def working_days(calendar: Calendar) -> tuple[WorkingDay, ...]:
    """Every working day of the years that are compiled. One that the zone has left out is none."""
    zone = ZoneInfo(calendar.zone)
    days: list[WorkingDay] = []
    worked = 0
    for day in calendar.days():
        if not calendar.works_on(day) or _moment(day, 12 * 60, zone).astimezone(zone).date() != day:
            continue
        opens, closes = (_moment(day, minutes, zone) for minutes in calendar.hours)
        if closes > opens:
            days.append((day, len(days), opens, closes, worked))
            worked += (closes - opens) // timedelta(seconds=1) * _SECOND_NS
    return tuple(days)


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The moment at which clocks there show so many minutes of the day: the first, if they do twice."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minutes)
    return local.astimezone(UTC)
