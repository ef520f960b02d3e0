"""Moments that people write, and those that do not exist."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from spanledger_api.moments import duration, end_of_day_or_moment, rfc3339, start_of_day_or_moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-31", "2026-03-31T23:59:59.999999+00:00"),
        ("2026-03-31T18:00:00Z", "2026-03-31T18:00:00+00:00"),
        ("2026-03-31t18:00:00z", "2026-03-31T18:00:00+00:00"),
        ("2026-03-31 18:00:00.5+02:00", "2026-03-31T16:00:00.500000+00:00"),
        ("2026-03-31T18:00:00 02:00", "2026-03-31T16:00:00+00:00"),
        ("2026-03-31T18:00:00.123456789-05:30", "2026-03-31T23:30:00.123456+00:00"),
        ("1948-01-01", "1948-01-01T23:59:59.999999+00:00"),
    ],
)
def test_readable_moments(text: str, moment: str) -> None:
    assert end_of_day_or_moment(text).isoformat() == moment


def test_a_lower_bound_begins_with_its_day() -> None:
    assert start_of_day_or_moment("2026-03-31").isoformat() == "2026-03-31T00:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-02-30", "day"),
        ("2026-13-01", "month"),
        ("2026-03-31T25:00:00Z", "hour"),
        ("2026-03-31T23:59:60Z", "second"),
        ("2026-03-31T18:00:00", "no offset"),
        ("2026-03-31T18:00:00+25:00", "offset"),
        ("31.03.2026", "another shape"),
        ("yesterday", "another shape"),
        ("", "another shape"),
        ("1700-01-01", "1900"),
        ("9999-12-31", "2261"),
        ("0001-01-01T00:00:00+14:00", "is no moment"),
        ("٢٠٢٦-03-31", "another shape"),
    ],
)
def test_impossible_moments_say_why_and_what_to_write(text: str, why: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        end_of_day_or_moment(text)
    assert refused.value.type == "impossible_date"
    assert refused.value.context is not None
    assert why in refused.value.context["what"]
    assert "2026-03-31T18:00:00Z" in refused.value.context["do"]


zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1900, 1, 2), datetime(2261, 12, 30), timezones=zones)  # noqa: DTZ001 - bounds are naive


@given(moments)
def test_every_moment_reads_back(moment: datetime) -> None:
    assert end_of_day_or_moment(moment.isoformat()) == moment
    assert end_of_day_or_moment(rfc3339(moment)) == moment


@pytest.mark.parametrize(
    ("length", "iso"),
    [
        (timedelta(days=3, hours=4), "P3DT4H"),
        (timedelta(hours=1, seconds=1), "PT1H1S"),
        (timedelta(days=2), "P2D"),
        (timedelta(microseconds=5), "PT0S"),
        (timedelta(seconds=-5), "PT0S"),
    ],
)
def test_durations(length: timedelta, iso: str) -> None:
    assert duration(length).iso == iso


def test_times_are_written_in_utc() -> None:
    assert rfc3339(datetime(2026, 3, 31, 18, tzinfo=UTC)) == "2026-03-31T18:00:00.000000Z"
    assert rfc3339(None) == ""
