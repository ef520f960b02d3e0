"""Times of a log: text to nanoseconds since 1970 (UTC), and what OTLP and ClickHouse can hold of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

EARLIEST_NS = 1_000_000_000
"""OTLP counts from 1970 without a sign, and 0 means "no time": one second later is the earliest that every tool shows."""
LATEST_NS = 9_223_372_036_000_000_000
"""2262-04-11: the last second that fits 64-bit signed nanoseconds, as ClickHouse's DateTime64(9) holds them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FRACTION = re.compile(r"(.*\d\d:\d\d:\d\d)[.,](\d{1,9})\d*(.*)", re.DOTALL)


@lru_cache(maxsize=65_536)
def nanoseconds(text: str, zone: tzinfo, pattern: str | None = None) -> int:
    """The moment that a text names; `zone` holds where the text states no offset.

    Without a `pattern` (strptime's) the text is ISO 8601. Raises ValueError if it cannot be read.
    """
    fraction = 0
    if pattern:
        moment = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone follows below
    else:
        if parts := _FRACTION.fullmatch(text):
            text, fraction = parts[1] + parts[3], int(parts[2].ljust(9, "0"))
        moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return (moment - _EPOCH) // _MICROSECOND * 1_000 + fraction


def representable(moment_ns: int) -> int:
    """The nearest moment that OTLP and ClickHouse can hold."""
    return min(max(moment_ns, EARLIEST_NS), LATEST_NS)


def rfc3339(moment_ns: int) -> str:
    """The moment as RFC 3339 in UTC, with as many digits as it needs."""
    seconds, fraction = divmod(moment_ns, 1_000_000_000)
    text = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    year, rest = text.split("-", 1)
    digits = f".{fraction:09d}".rstrip("0") if fraction else ""
    return f"{year.zfill(4)}-{rest}{digits}Z"
