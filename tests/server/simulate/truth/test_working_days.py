"""Working days in Germany: weekends, holidays, ends of months, and the change of clocks."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from spanledger_server.simulate.plan.instant import instant
from spanledger_server.simulate.truth.working_days import working_days_later

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> int:
    """The instant of a local time in Berlin."""
    return instant(datetime.fromisoformat(text).replace(tzinfo=BERLIN))


@pytest.mark.parametrize(
    ("begins", "days", "ends"),
    [
        ("2026-03-03T10:00", 2, "2026-03-05T10:00"),
        ("2026-03-06T10:00", 1, "2026-03-09T10:00"),
        ("2026-03-07T10:00", 1, "2026-03-10T00:00"),  # a Saturday: all of Monday
        ("2026-04-02T15:00", 1, "2026-04-07T15:00"),  # over Easter
        ("2026-03-27T12:00", 1, "2026-03-30T12:00"),  # summer time begins in between
    ],
)
def test_days_off_do_not_count(begins: str, days: int, ends: str) -> None:
    assert working_days_later(at(begins), days) == at(ends)


def test_a_cut_off_counts_from_the_end_of_the_month() -> None:
    assert working_days_later(at("2026-04-14T09:30"), 3, after_month=True) == at("2026-05-07T00:00")
    assert working_days_later(at("2026-12-31T23:30"), 1, after_month=True) == at("2027-01-05T00:00")


def test_nanoseconds_are_kept() -> None:
    assert working_days_later(at("2026-03-03T10:00") + 7, 1) == at("2026-03-04T10:00") + 7
