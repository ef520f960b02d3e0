"""Working days in Germany, counted on the calendar as people do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from spanledger_server.simulate.plan.instant import instant, moment

_ZONE = ZoneInfo("Europe/Berlin")
_DAY = timedelta(days=1)


def working_days_later(at: int, days: int, *, after_month: bool = False) -> int:
    """So many working days after an instant, at the same time of day.

    What begins on a day off, or at the end of a month, ends with the last of those days.
    """
    local = moment(at).astimezone(_ZONE)
    day = local.date()
    if after_month:
        day = (day.replace(day=1) + 32 * _DAY).replace(day=1) - _DAY
    keeps_time = not after_month and _works(day)
    for _ in range(days):
        day += _DAY
        while not _works(day):
            day += _DAY
    if keeps_time:
        end = datetime.combine(day, local.time(), _ZONE)
        return instant(end.astimezone(UTC)) + at % 1000
    return instant(datetime.combine(day + _DAY, time(), _ZONE).astimezone(UTC))


def _works(day: date) -> bool:
    return day.weekday() < 5 and day not in _closed(day.year)


@cache
def _closed(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("DE", years=year))
