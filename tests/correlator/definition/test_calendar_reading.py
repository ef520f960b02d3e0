"""Calendar files: what they are read as, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.loading import pack_calendars, parse_calendar
from spanledger_store.errors import DefinitionInvalid

EVERY_KEY = """\
calendar: berlin-office
title: The office in Berlin
zone: Europe/Berlin
week: [monday, tuesday, wednesday, thursday, saturday]
hours: "09:00-17:30"
holidays: {country: DE, subdivision: BE}
closed: [2026-12-24, 2026-12-31]
open: [2026-10-03]
"""


def test_every_key() -> None:
    calendar = parse_calendar(EVERY_KEY, "berlin.yaml")
    assert calendar == Calendar(
        name="berlin-office",
        title="The office in Berlin",
        zone="Europe/Berlin",
        week=(0, 1, 2, 3, 5),
        hours=(540, 1050),
        country="DE",
        subdivision="BE",
        closed=frozenset({date(2026, 12, 24), date(2026, 12, 31)}),
        open=frozenset({date(2026, 10, 3)}),
    )
    assert (calendar.text, calendar.path) == (EVERY_KEY, "berlin.yaml")


def test_what_may_be_left_out() -> None:
    calendar = parse_calendar("calendar: utc\nzone: UTC\n")
    assert (calendar.week, calendar.hours, calendar.country) == ((0, 1, 2, 3, 4), (0, 1440), "")


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 10, 1), True),
        (date(2026, 10, 2), False),  # a Friday
        (date(2026, 10, 3), True),  # a public holiday, but open
        (date(2026, 12, 24), False),
        (date(2026, 3, 9), True),
        (date(2027, 3, 8), False),  # Women's Day, a holiday in Berlin alone
        (date(2027, 1, 1), False),
    ],
)
def test_which_days_work(day: date, works: bool) -> None:
    assert parse_calendar(EVERY_KEY).works_on(day) == works


@pytest.mark.parametrize(
    ("old", "new", "what", "hint"),
    [
        ("calendar: berlin-office", "calendar: Berlin Office", "is no calendar name", "`de-business-days`"),
        ("zone: Europe/Berlin\n", "", "a calendar needs the key `zone`", "Add `zone:`"),
        ("Europe/Berlin", "Europe/Berln", "`Europe/Berln` is no time zone", "`Europe/Berlin`"),
        ("Europe/Berlin", "Mars/Crater", "`Mars/Crater` is no time zone", "`Europe/Berlin`"),
        ("monday,", "mon,", "`mon` is no day of the week", "Did you mean `monday`?"),
        ("[monday, tuesday, wednesday, thursday, saturday]", "[]", "`week` has no working day", "monday"),
        ('"09:00-17:30"', '"9-17"', "`9-17` are no hours of a day", '"09:00-17:00"'),
        ('"09:00-17:30"', '"22:00-06:00"', "ends before it begins", "a night"),
        ("country: DE", "country: XZ", "no public holidays are known of `XZ`", "ISO code"),
        ("country: DE", "country: de", "no public holidays are known of `de`", "`DE`"),
        ("subdivision: BE", "subdivision: XX", "`DE` has no subdivision `XX`", "Write one of: BB"),
        ("{country: DE, ", "{", "`holidays` needs the key `country`", "Add `country:`"),
        ("2026-12-24", "2026-02-30", "`2026-02-30` is no date", "`2026-12-24`"),
        ("2026-12-24", "1969-12-24", "is outside 1970 to 2069", "No calendar"),
        ("2026-12-24", "2026-12-31", "`2026-12-31` stands here twice", "Keep one."),
        ("[2026-10-03]", "[2026-12-24]", "is in `closed` too", "Keep it in one"),
        ("title:", "titel:", "a calendar has no key `titel`", "Did you mean `title`?"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_to_write_instead(old: str, new: str, what: str, hint: str) -> None:
    assert old in EVERY_KEY
    with pytest.raises(DefinitionInvalid) as refused:
        parse_calendar(EVERY_KEY.replace(old, new, 1), "berlin.yaml")
    line = 1 if old.startswith("zone") else 1 + EVERY_KEY[: EVERY_KEY.index(old)].count("\n")
    line = 8 if "closed` too" in what else line
    assert f"berlin.yaml:{line}: " in refused.value.message
    assert what in refused.value.message
    assert hint in f"{refused.value.message} {refused.value.hint}"


def test_the_pack_has_calendars_of_three_countries() -> None:
    calendars = pack_calendars()
    assert sorted(calendars) == ["de-business-days", "uk-business-days", "us-business-days"]
    christmas = date(2026, 12, 25)
    assert not any(calendar.works_on(christmas) for calendar in calendars.values())
    assert [name for name, one in calendars.items() if one.works_on(date(2026, 7, 3))] == [
        "de-business-days",
        "uk-business-days",
    ]
