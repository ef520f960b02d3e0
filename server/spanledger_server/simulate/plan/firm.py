"""What the plan's chapters share: the book, the clients, the period and the size."""

from __future__ import annotations

from dataclasses import dataclass, field

from spanledger_server.simulate.plan.book import Book, Story
from spanledger_server.simulate.plan.clients import Account
from spanledger_server.simulate.plan.dice import Dice
from spanledger_server.simulate.plan.instant import DAY, HOUR, MINUTE, moment, next_working_time
from spanledger_server.simulate.plan.occurrence import MORE_SYSTEMS, SYSTEMS, System
from spanledger_server.simulate.plan.rates import FaultRates

PLAYED = ("opportunity-to-project", "time-to-bill", "invoice-to-cash")
"""The processes that a firm plays unless it is to be whole: then it plays all of the pack."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a firm is made from. `start` and `end` are instants; `invoices` and `entries` (per invoice) are rough.

    `whole` says that it has all departments: sixteen processes in nine systems instead of three in four.
    """

    seed: int
    invoices: int
    start: int
    end: int
    rates: FaultRates = field(default_factory=FaultRates.default)
    entries: int = 10
    whole: bool = False

    @property
    def systems(self) -> tuple[System, ...]:
        """The systems that take part."""
        return (*SYSTEMS, *MORE_SYSTEMS) if self.whole else SYSTEMS


@dataclass(frozen=True, slots=True)
class Project:
    """A project that hours can be booked on: its id in the PSA and in the ERP."""

    psa_id: str
    erp_id: str
    account: Account


@dataclass(eq=False, slots=True)
class Hour:
    """An hour that was posted to the ERP and waits for its invoice."""

    entry_id: str
    story: Story
    project: Project
    posted: int | None


@dataclass(slots=True)
class Firm:
    """The plan while it is being written."""

    scope: Scope
    book: Book
    accounts: list[Account]
    projects: list[Project] = field(default_factory=list)

    def billing_days(self) -> list[int]:
        """The first instant of each month's second day within the period, when the month before is billed."""
        days = (day for day in range(self.scope.start // DAY, self.scope.end // DAY + 1))
        return [day * DAY for day in days if moment(day * DAY).day == 2]

    def working_time(self, dice: Dice, day: int) -> int:
        """A moment between 8 and 18 o'clock on the day, or on the Monday after."""
        begins = day - day % DAY
        return next_working_time(begins + 8 * HOUR + dice.between(0, 599) * MINUTE + dice.between(1, 59_999_999_999))
