"""Instants: integers of nanoseconds since the epoch, UTC, as OTLP counts them."""

from datetime import UTC, datetime, timedelta

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(moment: datetime) -> int:
    """The nanoseconds of an aware datetime."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def moment(at: int) -> datetime:
    """The datetime of an instant, cut to the microsecond."""
    return _EPOCH + timedelta(microseconds=at // 1000)


def rfc3339(at: int) -> str:
    """The instant with all nine digits of its second: `2026-03-31T17:05:00.000000001Z`."""
    seconds, fraction = divmod(at, SECOND)
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{fraction:09d}Z"


def next_working_time(at: int) -> int:
    """The same time of day, on the Monday after if it falls on a weekend: people do not approve hours on Sundays."""
    weekday = moment(at).weekday()
    return at + (7 - weekday) * DAY if weekday >= 5 else at
