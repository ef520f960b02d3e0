from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from spanledger_server.backfill.times import EARLIEST_NS, LATEST_NS, nanoseconds, representable, rfc3339

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01Z", SECOND),
        ("1970-01-01 00:00:00.000000Z", 0),
        ("1970-01-01 00:00:00.123456789", 123_456_789),
        ("1970-01-01T01:00:00,5+01:00", SECOND // 2),
        ("1969-12-31T23:59:59.75Z", -SECOND // 4),
        ("1970-01-02", 86_400 * SECOND),
        ("1948-01-26 22:59:00Z", -692_067_660 * SECOND),
        ("9999-12-31T23:59:59Z", 253_402_300_799 * SECOND),
    ],
)
def test_reads_iso_8601_to_the_nanosecond(text: str, expected: int) -> None:
    assert nanoseconds(text, UTC) == expected


def test_the_zone_holds_only_where_the_text_states_none() -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    assert nanoseconds("2024-07-01T02:00:00", amsterdam) == nanoseconds("2024-07-01T00:00:00Z", UTC)
    assert nanoseconds("2024-07-01T00:00:00Z", amsterdam) == nanoseconds("2024-07-01T00:00:00Z", UTC)


def test_a_pattern_reads_other_forms() -> None:
    assert nanoseconds("31.12.1999 23:59", UTC, "%d.%m.%Y %H:%M") == nanoseconds("1999-12-31T23:59:00Z", UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "2024-13-01", "2024-02-30T00:00:00Z", "1704067200"])
def test_refuses_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        nanoseconds(text, UTC)


def test_clamps_to_what_otlp_and_the_store_can_hold() -> None:
    assert representable(-5 * SECOND) == EARLIEST_NS
    assert representable(0) == EARLIEST_NS
    assert representable(5 * SECOND) == 5 * SECOND
    assert representable(2**63) == LATEST_NS < 2**63


@pytest.mark.parametrize(
    "text",
    ["1948-01-26T22:59:00Z", "1969-12-31T23:59:59.75Z", "2024-07-01T00:00:00.000000001Z", "0999-01-01T00:00:00Z"],
)
def test_writes_what_it_reads(text: str) -> None:
    assert rfc3339(nanoseconds(text, UTC)) == text
