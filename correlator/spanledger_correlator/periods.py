"""Periods as answers and files call them: `2026-10-31`, `2026-W44`, `2026-10`, in a time zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.durations import Budget
from spanledger_correlator.definition.reconciliation_model import Period
from spanledger_correlator.rhythm import at_minute

FORMATS = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}
"""How ClickHouse's `formatDateTime` writes each."""

_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})", re.ASCII)
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})", re.ASCII)


def kind(label: str) -> Period:
    """What a label stands for. Raises ValueError, with what is wrong, for one that stands for nothing."""
    days(label)
    if _WEEK.fullmatch(label):
        return "week"
    return "month" if _MONTH.fullmatch(label) else "day"


def days(label: str) -> tuple[date, date]:
    """The first day of a period, and the first after it. Raises ValueError for no period."""
    if week := _WEEK.fullmatch(label):
        first = date.fromisocalendar(int(week[1]), int(week[2]), 1)
        return first, first + timedelta(days=7)
    if month := _MONTH.fullmatch(label):
        first = date(int(month[1]), int(month[2]), 1)
        return first, (first + timedelta(days=31)).replace(day=1)
    if len(label) != len("2026-10-31"):
        raise ValueError(f"`{label}` is no period")
    first = date.fromisoformat(label)
    return first, first + timedelta(days=1)


def begins(label: str, calendar: Calendar) -> datetime:
    """The first moment of a period in the calendar's zone, in UTC."""
    return at_minute(days(label)[0], 0, calendar)


def ends(label: str, calendar: Calendar) -> datetime:
    """The first moment after a period."""
    return at_minute(days(label)[1], 0, calendar)


def settled(label: str, calendar: Calendar, grace: Budget) -> datetime:
    """From when on a difference of a period counts: its end and the grace, whose business days are whole ones.

    A calendar without working days never gets there.
    """
    day = days(label)[1]
    left = grace.business_days
    for _ in range(4000):
        if not left:
            return at_minute(day + timedelta(days=grace.days), 0, calendar) + timedelta(
                microseconds=grace.elapsed_ns // 1000
            )
        left -= calendar.works_on(day)
        day += timedelta(days=1)
    return datetime.max.replace(tzinfo=UTC)
