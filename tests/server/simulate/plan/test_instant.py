"""Instants count nanoseconds in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from spanledger_server.simulate.plan.instant import DAY, instant, moment, next_working_time, rfc3339

NOON = datetime(2026, 3, 31, 12, 30, 15, 123456, tzinfo=UTC)


def test_an_instant_is_exact_to_the_microsecond() -> None:
    assert instant(NOON) == 1_774_960_215_123_456_000
    assert moment(instant(NOON)) == NOON


def test_text_has_all_nine_digits() -> None:
    assert rfc3339(instant(NOON) + 7) == "2026-03-31T12:30:15.123456007Z"


@pytest.mark.parametrize(("day", "moved"), [(27, 0), (28, 2), (29, 1), (30, 0)])
def test_weekends_are_free(day: int, moved: int) -> None:
    at = instant(datetime(2026, 3, day, 9, tzinfo=UTC))
    assert next_working_time(at) == at + moved * DAY
    assert moment(next_working_time(at)) - moment(at) == timedelta(days=moved)
