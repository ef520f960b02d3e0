"""Calendars as rows: what Python compiles is what zones and days say, and a changed one makes everything be judged anew."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from spanledger_correlator import calendars
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.loading import pack_calendars, parse_calendar, parse_definition
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store

from .calendar_oracle import works_at
from .span_rows import EPOCH, SpanRow, put

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo"]
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2069, 6, 1))  # noqa: DTZ001 - naive is what it asks for
FLOW = """
process: visit-flow
version: 1
effective_from: 2020-01-01
impact: client
entity: visit
calendar: clinic
steps:
  - {step: visit.booked, system: a, start: true}
  - {step: visit.billed, system: a, within: 1 business day, of: visit.booked, end: true}
"""
CLINIC = parse_calendar("{calendar: clinic, zone: Europe/Berlin}")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ZONES), MOMENTS)
def test_offsets_are_those_of_the_zone(zone: str, moment: datetime) -> None:
    rows = calendars.offsets(zone)
    at = moment.replace(tzinfo=UTC)
    offset = [seconds for since, _, seconds in rows if since <= at][-1]
    assert timedelta(seconds=offset) == at.astimezone(ZoneInfo(zone)).utcoffset()
    local = [seconds for _, since, seconds in rows if since <= at][-1]
    assert timedelta(seconds=local) == moment.replace(tzinfo=ZoneInfo(zone)).utcoffset()


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.sets(st.integers(0, 6), min_size=1),
    st.sampled_from([(0, 1440), (540, 1020), (1, 1439)]),
    MOMENTS,
)
def test_working_days_are_those_that_work_minute_by_minute(
    zone: str, week: set[int], hours: tuple[int, int], moment: datetime
) -> None:
    calendar = Calendar("any", zone, tuple(sorted(week)), hours)
    at = moment.replace(tzinfo=UTC, second=0, microsecond=0)
    days = calendars.working_days(calendar)
    opened = [day for day in days if day[2] <= at < day[3]]
    assert bool(opened) == works_at(at, calendar)
    assert [number for _, number, *_ in days[-3:]] == list(range(len(days) - 3, len(days)))
    assert all(before[3] <= after[2] for before, after in pairwise(days))


def test_a_day_that_a_zone_has_left_out_does_not_work() -> None:
    days = {day for day, *_ in calendars.working_days(Calendar("samoa", "Pacific/Apia"))}
    assert date(2011, 12, 29) in days
    assert date(2011, 12, 30) not in days


def test_working_time_adds_up_over_a_change_of_clocks() -> None:
    whole = {day: before for day, _, _, _, before in calendars.working_days(Calendar("all", ZONES[0], tuple(range(7))))}
    lengths = [
        (whole[day + timedelta(days=1)] - whole[day]) // 3_600_000_000_000
        for day in (date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25))
    ]
    assert lengths == [24, 23, 25]


def test_a_version_is_what_a_calendar_says_of_days() -> None:
    assert calendars.version(CLINIC) == calendars.version(replace(CLINIC, title="The clinic"))
    assert calendars.version(CLINIC) != calendars.version(replace(CLINIC, closed=frozenset({date(2026, 3, 3)})))
    assert len({calendars.version(calendar) for calendar in pack_calendars().values()}) == 3


def judge_by(store: Store, calendar: Calendar, deadline: datetime) -> None:
    """Let a correlator start over this calendar, and wait until the one visit has this deadline."""
    definition = parse_definition(FLOW, calendars={"clinic": calendar})
    correlator = Correlator(store, Definitions([definition], [calendar]), every=0.01)
    correlator.start()
    waiting = threading.Event()
    found = []
    try:
        for _ in range(600):
            rows = store.query("SELECT StepDeadline[2] FROM transactions FINAL").result_rows
            found = [row[0].replace(tzinfo=UTC) for row in rows]
            if found == [deadline]:
                return
            waiting.wait(0.1)
    finally:
        correlator.stop(60)
    raise AssertionError(found)


def test_a_changed_calendar_makes_everything_be_judged_anew_and_the_old_one_is_kept(store: Store) -> None:
    put(store, SpanRow("a", "visit.booked", 0, (("visit", "V"),)))
    closed = parse_calendar("{calendar: clinic, zone: Europe/Berlin, closed: [2026-03-03]}")
    for calendar, days in ((CLINIC, 1), (CLINIC, 1), (closed, 2), (CLINIC, 1)):
        judge_by(store, calendar, EPOCH + timedelta(days=days))
    versions = store.query("SELECT Version FROM calendar_records ORDER BY RecordedAt").result_rows
    assert [row[0] for row in versions] == [calendars.version(one) for one in (CLINIC, closed, CLINIC)]
