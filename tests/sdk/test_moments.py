"""Times, from the year 1 to what nanoseconds can say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanledger._internal.moments import nanoseconds, on_the_wire, rfc3339

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=ZONES))
def test_there_and_back(moment: datetime) -> None:
    value = nanoseconds(moment, "at")
    assert value is not None
    text = rfc3339(value)
    in_range = timedelta(0) <= moment - datetime.min.replace(tzinfo=UTC) and moment <= datetime.max.replace(tzinfo=UTC)
    assert (text is not None) == in_range
    if text is not None:
        assert datetime.fromisoformat(text) == moment
        assert text.endswith("Z")
        assert nanoseconds(text, "at") == value


@pytest.mark.parametrize(
    ("moment", "value"),
    [
        (7, 7),
        ("1970-01-01T00:00:01+00:00", 10**9),
        ("1970-01-01T01:00:01.5+01:00", 1_500_000_000),
        ("1970-01-02", 86_400 * 10**9),
        (date(1970, 1, 2), 86_400 * 10**9),
        (datetime(1970, 1, 1, 0, 0, 1), 10**9),  # noqa: DTZ001 - a naive one is taken as UTC
        (datetime(1969, 12, 31, tzinfo=UTC), -86_400 * 10**9),
        ("soon", None),
        (1.5, None),
        (True, None),
        (None, None),
    ],
)
def test_what_a_moment_can_be(moment: object, value: int | None) -> None:
    assert nanoseconds(moment, "at") == value


def test_a_deadline_on_a_day_ends_with_it() -> None:
    assert rfc3339(nanoseconds(date(2026, 3, 31), "due", end_of_day=True) or 0) == "2026-03-31T23:59:59Z"


def test_a_naive_datetime_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    nanoseconds(datetime(2026, 3, 31), "at")  # noqa: DTZ001 - the point
    assert "taken as UTC" in caplog.text


@pytest.mark.parametrize(("value", "fits"), [(-1, False), (0, False), (1, True), (2**64 - 1, True), (2**64, False)])
def test_what_a_span_can_say(value: int, *, fits: bool) -> None:
    assert on_the_wire(value) is fits
