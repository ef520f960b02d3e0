"""Deadlines by a calendar, slowly: day by day and minute by minute on the clocks of a zone, for whole minutes.

Written from docs/definitions.md and not from the SQL or the compiled calendars: what those are held to.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.durations import Budget

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
PERIODS = {"month": 1, "quarter": 3, "year": 12}
UTC_DAYS = Calendar("utc", "UTC", week=(0, 1, 2, 3, 4, 5, 6))


def due(anchor: datetime, budget: Budget, calendar: Calendar = UTC_DAYS) -> datetime:
    """When a budget that begins at `anchor` is used up, without pauses."""
    zone = ZoneInfo(calendar.zone)
    local = anchor.astimezone(zone).replace(tzinfo=None)
    if budget.after:
        local = _end_of(local.date(), PERIODS[budget.after])
    if budget.after or budget.days or budget.months or budget.business_days:
        if budget.business_days:
            local = _working_day(local, budget, calendar)
        local = _months_on(local, budget.months) + budget.days * DAY
        moment = local.replace(tzinfo=zone).astimezone(UTC)
    else:
        moment = anchor
    moment += timedelta(microseconds=budget.elapsed_ns / 1000)
    return worked_on(moment, budget.business_ns // 60_000_000_000, calendar) if budget.business_ns else moment


def _end_of(day: date, months: int) -> datetime:
    first = day
    while first.day != 1 or (first.month - 1) % months or first == day:
        first += DAY
    return datetime.combine(first, time())


def _working_day(local: datetime, budget: Budget, calendar: Calendar) -> datetime:
    day = local.date() - DAY if budget.after else local.date()
    keeps_time = not budget.after and calendar.works_on(day)
    left = budget.business_days
    while left:
        day += DAY
        left -= calendar.works_on(day)
    return datetime.combine(day, local.time()) if keeps_time else datetime.combine(day + DAY, time())


def _months_on(local: datetime, months: int) -> datetime:
    """So many months later, on the last day of a month that has not so many."""
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    for day in range(local.day, 0, -1):
        try:
            return local.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError(local)


def works_at(moment: datetime, calendar: Calendar) -> bool:
    """Whether the minute that begins then is a working one."""
    local = moment.astimezone(ZoneInfo(calendar.zone))
    opens, closes = calendar.hours
    return opens <= local.hour * 60 + local.minute < closes and calendar.works_on(local.date())


def worked_on(moment: datetime, minutes: int, calendar: Calendar) -> datetime:
    """The moment at which so many working minutes have gone by: the first one."""
    while minutes:
        minutes -= works_at(moment, calendar)
        moment += MINUTE
    return moment


def worked(begin: datetime, end: datetime, calendar: Calendar) -> int:
    """The working minutes between two moments."""
    count = 0
    while begin < end:
        count += works_at(begin, calendar)
        begin += MINUTE
    return count
