"""A YAML document read into a working calendar."""

from __future__ import annotations

import re
from datetime import date
from zoneinfo import available_timezones

import holidays

from spanledger_correlator.definition import keys
from spanledger_correlator.definition.calendar import FIRST_YEAR, LAST_YEAR, WEEKDAYS, Calendar
from spanledger_correlator.definition.errors import did_you_mean
from spanledger_correlator.definition.yaml_document import Entry

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\s*-\s*(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WHOLE_DAY = (0, 24 * 60)


def read_calendar(root: Entry, text: str) -> Calendar:
    """The calendar that a document states. Without meaning if a mistake was reported: the caller looks for those."""
    found = root.keyed("a calendar", keys.CALENDAR, needs=keys.CALENDAR_NEEDS)
    country, subdivision = _read_holidays(found["holidays"]) if "holidays" in found else ("", "")
    closed = _read_days(found["closed"]) if "closed" in found else {}
    opened = _read_days(found["open"]) if "open" in found else {}
    for day in closed.keys() & opened.keys():
        opened[day].fault(f"`{day}` is in `closed` too", "Keep it in one of them.")
    return Calendar(
        name=_read_name(found["calendar"]) if "calendar" in found else "",
        zone=read_zone(found["zone"]) if "zone" in found else "",
        week=read_week(found["week"]) if "week" in found else (0, 1, 2, 3, 4),
        hours=_read_hours(found["hours"]) if "hours" in found else _WHOLE_DAY,
        country=country,
        subdivision=subdivision,
        closed=frozenset(closed),
        open=frozenset(opened),
        title=found["title"].text() if "title" in found else "",
        text=text,
        path=root.document.path,
    )


def _read_name(entry: Entry) -> str:
    name = entry.text()
    if name and not _NAME.fullmatch(name):
        entry.fault(f"`{name}` is no calendar name", "Write small letters, digits and dashes: `de-business-days`.")
    return name


def read_zone(entry: Entry) -> str:
    """The name of a time zone."""
    zone = entry.text()
    known = available_timezones()
    if zone and zone not in known:
        places = sorted(one for one in known if "/" in one and not one.startswith(("posix/", "right/")))
        near = did_you_mean(zone, places)
        entry.fault(
            f"`{zone}` is no time zone", near if near.startswith("Did") else "Write one such as `Europe/Berlin`."
        )
    return zone


def read_week(entry: Entry) -> tuple[int, ...]:
    """Days of the week in their order; Monday is 0."""
    days = [item.word("day of the week", WEEKDAYS) for item in entry.items()]
    if not days and not entry.is_mapping:
        entry.fault("`week` has no working day", "Write `[monday, tuesday, wednesday, thursday, friday]`.")
    return tuple(sorted({WEEKDAYS.index(day) for day in days if day in WEEKDAYS}))


def _read_hours(entry: Entry) -> tuple[int, int]:
    written = entry.text()
    found = _HOURS.fullmatch(written)
    if found is None:
        if written:
            entry.fault(f"`{written}` are no hours of a day", 'Write "09:00-17:00", or take `hours` out: whole days.')
        return _WHOLE_DAY
    opens = int(found[1]) * 60 + int(found[2])
    closes = int(found[3]) * 60 + int(found[4]) if found[3] else 24 * 60
    if closes <= opens:
        entry.fault(f"`{written}` ends before it begins", "Write the earlier hour first; a night is not one day.")
    return opens, closes


def _read_holidays(entry: Entry) -> tuple[str, str]:
    """Country and subdivision as the `holidays` package names them."""
    found = entry.keyed("`holidays`", keys.HOLIDAYS, needs=keys.HOLIDAYS_NEEDS)
    known = holidays.list_supported_countries(include_aliases=False)
    country = found["country"].text() if "country" in found else ""
    subdivision = found["subdivision"].text() if "subdivision" in found else ""
    if country and country not in known:
        found["country"].fault(
            f"no public holidays are known of `{country}`", f"Write its ISO code. {_near(country, known)}"
        )
    elif subdivision and subdivision not in known.get(country, ()):
        what = f"`{country}` has no subdivision `{subdivision}`"
        found["subdivision"].fault(what, did_you_mean(subdivision, known.get(country, ())) or "Take it out.")
    return country, subdivision


def _near(word: str, known: dict[str, list[str]]) -> str:
    near = did_you_mean(word.upper(), sorted(known))
    return near if near.startswith("Did") else "Such as `DE` or `US`."


def _read_days(entry: Entry) -> dict[date, Entry]:
    """The dates of a list, each with its place."""
    days: dict[date, Entry] = {}
    for item in entry.items():
        day = _read_day(item)
        if day is not None and day in days:
            item.fault(f"`{day}` stands here twice", "Keep one.")
        elif day is not None:
            days[day] = item
    return days


def _read_day(entry: Entry) -> date | None:
    written = entry.scalar()
    try:
        day = date.fromisoformat(written) if _DATE.fullmatch(written) else None
    except ValueError:
        day = None
    if day is None:
        if written:
            entry.fault(f"`{written}` is no date", "Write `2026-12-24`.")
    elif not FIRST_YEAR <= day.year <= LAST_YEAR:
        entry.fault(f"`{written}` is outside {FIRST_YEAR} to {LAST_YEAR}", "No calendar says anything of such a day.")
        return None
    return day
