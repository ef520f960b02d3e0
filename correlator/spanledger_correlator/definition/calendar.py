"""A working calendar: the zone whose days it has, which of them work, and between which hours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Final

import holidays

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2069
"""A calendar is compiled for these years. Outside them every day and hour counts, in UTC."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days off are those outside `week` (0 is Monday), public holidays and `closed` ones, unless they stand in `open`.

    `hours` are minutes of the day, (0, 1440) for whole days. `country` and `subdivision` are those of the `holidays`
    package, empty for a calendar without public holidays.
    """

    name: str
    zone: str
    week: tuple[int, ...] = (0, 1, 2, 3, 4)
    hours: tuple[int, int] = (0, 24 * 60)
    country: str = ""
    subdivision: str = ""
    closed: frozenset[date] = frozenset()
    open: frozenset[date] = frozenset()
    title: str = ""
    text: str = field(default="", repr=False, compare=False)
    path: str = field(default="", compare=False)

    def works_on(self, day: date) -> bool:
        """Whether that day, of the years that are compiled, is a working one."""
        if day in self.open:
            return True
        if day.weekday() not in self.week or day in self.closed:
            return False
        return day not in public_holidays(self.country, self.subdivision)

    def days(self) -> list[date]:
        """Every day that is compiled, in its order."""
        first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@cache
def public_holidays(country: str, subdivision: str) -> frozenset[date]:
    """The public holidays of the years that are compiled, as the `holidays` package knows them.

    Raises:
        NotImplementedError: the package knows no such country or subdivision.
    """
    if not country:
        return frozenset()
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=years))
