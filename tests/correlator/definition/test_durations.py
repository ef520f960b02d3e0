"""Durations as people write them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanledger_correlator.definition.durations import (
    DAY_NS,
    HOUR_NS,
    LONGEST_NS,
    MINUTE_NS,
    SECOND_NS,
    WEEK_NS,
    Budget,
    DurationError,
    parse_budget,
    parse_duration,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", 30 * SECOND_NS),
        ("15m", 15 * MINUTE_NS),
        ("4h", 4 * HOUR_NS),
        ("3d", 3 * DAY_NS),
        ("2w", 2 * WEEK_NS),
        ("1 day", DAY_NS),
        ("1 calendar day", DAY_NS),
        ("30 calendar days", 30 * DAY_NS),
        ("30  calendar  days", 30 * DAY_NS),
        ("2 weeks", 2 * WEEK_NS),
        ("1d 4h", DAY_NS + 4 * HOUR_NS),
        ("1d4h", DAY_NS + 4 * HOUR_NS),
        ("1 hour 30 minutes", 90 * MINUTE_NS),
        (" 90 min ", 90 * MINUTE_NS),
        ("0m", 0),
        ("36500d", LONGEST_NS),
    ],
)
def test_what_people_write(text: str, expected: int) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("3 business days", "`3 business days` counts working time, and this counts all of it", "3 calendar days"),
        ("8 working hours", "`8 working hours` counts working time, and this counts all of it", "calendar days"),
        ("4", "`4` has no unit", "Write `4m`, `4h` or `4d`."),
        ("1.5h", "`1.5h` is not in whole numbers", "`1h 30m`"),
        ("1,5h", "`1,5h` is not in whole numbers", "`1h 30m`"),
        ("2 months", "`2 months` has no fixed length", "30 calendar days"),
        ("1y", "`1y` has no fixed length", "365d"),
        ("36501d", "longer than a hundred years", "deadline"),
        ("99999999999999999999999h", "is not a duration", "4h"),
        ("", "is not a duration", "4h"),
        ("soon", "is not a duration", "4h"),
        ("-4h", "is not a duration", "4h"),
        ("4H", "is not a duration", "4h"),
        ("4h 4h", "is not a duration", "4h"),
        ("4h and more", "is not a duration", "4h"),
        ("PT4H", "is not a duration", "4h"),
        ("٣h", "is not a duration", "4h"),
    ],
)
def test_what_is_refused_and_what_to_write_instead(text: str, what: str, hint: str) -> None:
    with pytest.raises(DurationError) as refused:
        parse_duration(text)
    assert what in str(refused.value)
    assert hint in refused.value.hint


@given(st.integers(0, 99), st.integers(0, 999), st.integers(0, 999), st.integers(0, 9999), st.integers(0, 9999))
def test_the_units_add_up(weeks: int, days: int, hours: int, minutes: int, seconds: int) -> None:
    expected = weeks * WEEK_NS + days * DAY_NS + hours * HOUR_NS + minutes * MINUTE_NS + seconds * SECOND_NS
    assert parse_duration(f"{weeks}w {days}d {hours}h {minutes}m {seconds}s") == expected


@given(st.text() | st.text(alphabet="0123456789smhdw .-"))
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    with suppress(DurationError):
        assert 0 <= parse_duration(text) <= LONGEST_NS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4h", Budget(4 * HOUR_NS)),
        ("1d 4h", Budget(4 * HOUR_NS, days=1)),
        ("2 weeks 1 day", Budget(days=15)),
        ("30 calendar days", Budget(days=30)),
        ("2 months", Budget(months=2)),
        ("1 year 6 months", Budget(months=18)),
        ("1 quarter", Budget(months=3)),
        ("1 month 5 days 2h", Budget(2 * HOUR_NS, 5, 1)),
        ("3 business days", Budget(business_days=3)),
        ("1 working day", Budget(business_days=1)),
        ("8 business hours", Budget(business_ns=8 * HOUR_NS)),
        ("90 business minutes", Budget(business_ns=90 * MINUTE_NS)),
        ("3 business days after month end", Budget(business_days=3, after="month")),
        ("10 days after quarter end", Budget(days=10, after="quarter")),
        ("2 months after the year end", Budget(months=2, after="year")),
        ("month end", Budget(after="month")),
    ],
)
def test_what_a_deadline_may_take(text: str, expected: Budget) -> None:
    budget = parse_budget(text)
    assert budget == expected
    assert budget.text == text


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("1 business day 4 business hours", "is no working time", "nothing beside it"),
        ("3 business weeks", "is no working time", "3 business days"),
        ("3 days after month ends", "has no fixed length", "days"),
        ("3 days after the audit", "is not a duration", "4h"),
        ("soon after month end", "is not a duration", "4h"),
        ("1 month 1 month", "has no fixed length", "30 calendar days"),
        ("2 days 1 month", "has no fixed length", "30 calendar days"),
        ("102 years", "longer than a hundred years", "deadline"),
        ("10001 business days", "longer than a hundred years", "deadline"),
        ("999999999999 weeks after month end", "longer than a hundred years", "deadline"),
    ],
)
def test_what_no_deadline_may_take(text: str, what: str, hint: str) -> None:
    with pytest.raises(DurationError) as refused:
        parse_budget(text)
    assert what in str(refused.value)
    assert hint in refused.value.hint


@given(st.text() | st.text(alphabet="0123456789 abdefhilmnoqrstuwy"))
def test_any_text_is_a_budget_or_refused(text: str) -> None:
    with suppress(DurationError):
        assert 0 <= parse_budget(text).nominal_ns <= LONGEST_NS
