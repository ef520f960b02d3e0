"""When a source must report next: its rhythm laid over the days and hours of a calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.source_model import Rhythm

_SEARCHED = 4000
"""So many days a calendar is searched for one that works: one without any would be searched for ever."""


def next_due(rhythm: Rhythm, after: datetime) -> datetime:
    """The moment (UTC) by which a source that reported last at `after` must report again; always later than that."""
    if rhythm.every_ns is not None:
        return _after_counted_time(after, timedelta(microseconds=rhythm.every_ns // 1000), rhythm.calendar)
    day = after.astimezone(ZoneInfo(rhythm.calendar.zone)).date()
    for _ in range(_SEARCHED):
        due = at_minute(day, rhythm.due_by or 0, rhythm.calendar)
        if due > after and rhythm.calendar.works_on(day):
            return due
        day += timedelta(days=1)
    return datetime.max.replace(tzinfo=UTC)


def _after_counted_time(after: datetime, length: timedelta, calendar: Calendar) -> datetime:
    """`after` and so much time, of which only that of the calendar's hours passes."""
    day = after.astimezone(ZoneInfo(calendar.zone)).date()
    for _ in range(_SEARCHED):
        if calendar.works_on(day):
            opens, closes = (at_minute(day, minute, calendar) for minute in calendar.hours)
            begins = max(opens, after)
            if begins + length <= closes:
                return begins + length
            length -= max(closes - begins, timedelta())
        day += timedelta(days=1)
    return datetime.max.replace(tzinfo=UTC)


def at_minute(day: date, minute: int, calendar: Calendar) -> datetime:
    """A time of day (minutes from midnight, up to 1440) on a day of the calendar's zone, in UTC."""
    if minute == 24 * 60:
        day, minute = day + timedelta(days=1), 0
    return datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(calendar.zone)).astimezone(UTC)
