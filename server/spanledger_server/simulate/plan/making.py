"""From a scope to a plan: deals, then hours, then invoices, then what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass

from spanledger_server.simulate.plan.book import Book
from spanledger_server.simulate.plan.clients import make_accounts
from spanledger_server.simulate.plan.deals import make_deals, make_standing_projects
from spanledger_server.simulate.plan.firm import Firm, Hour, Project, Scope
from spanledger_server.simulate.plan.hours import Approved, Timesheet, approve, make_entries, post_nightly
from spanledger_server.simulate.plan.instant import DAY, HOUR, MINUTE, moment
from spanledger_server.simulate.plan.introductions import introduce_clients
from spanledger_server.simulate.plan.invoices import Posted, make_bill, raise_alone, raise_together, second_bill
from spanledger_server.simulate.plan.settlements import settle
from spanledger_server.simulate.plan.strays import leave_strays
from spanledger_server.simulate.plan.whole import open_all_departments

# Every so many invoices one gathers this many times the usual number of hours.
_BIG_EVERY, _BIG_TIMES = 50, 20


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that happens in the firm: a function of the scope alone."""

    scope: Scope
    book: Book


@dataclass(frozen=True, slots=True)
class _Charge:
    """An invoice to come, before its hours are worked."""

    number: int
    project: Project
    billed_at: int
    alone: bool
    sheets: tuple[str, ...]


def make_plan(scope: Scope) -> Plan:
    """The plan of a firm. Raises ValueError for a period of less than a month or no invoice at all."""
    if scope.invoices < 1 or scope.end - scope.start < 28 * DAY:
        message = "a firm needs at least one invoice and 28 days"
        raise ValueError(message)
    book = Book(scope.seed, scope.end, scope.rates)
    firm = Firm(scope, book, make_accounts(scope.seed, max(6, min(240, scope.invoices // 8))))
    introduce_clients(firm)
    make_standing_projects(firm)
    make_deals(firm, max(6, scope.invoices // 5))
    approved: list[Approved] = []
    charges = [_charge(firm, number, approved) for number in range(scope.invoices)]
    posted_hours: dict[str, list[Hour]] = {}
    for hour in post_nightly(firm, approved):
        # TE-<sheet>-<line>
        posted_hours.setdefault(hour.story.ids[0].split("-")[1], []).append(hour)
    posted = _bill(firm, charges, posted_hours)
    settle(firm, posted)
    leave_strays(firm)
    if scope.whole:
        open_all_departments(firm, posted)
    return Plan(scope, book)


def _charge(firm: Firm, number: int, approved: list[Approved]) -> _Charge:
    """Decide when an invoice is raised and for which project, and let the hours be worked that it will gather."""
    dice, scope = firm.book.dice("charge", number), firm.scope
    project = firm.projects[number % len(firm.accounts)]
    days = firm.billing_days()
    # The ends of quarters are busy, the last one most of all: its run touches hundreds of invoices.
    quarters = [day for day in days if moment(day).month % 3 == 1] or days
    day = dice.pick((*days, *quarters * 3, *quarters[-1:] * 8))
    if dice.chance(0.05):
        day = scope.end - dice.between(325, 355) * DAY
    alone = dice.chance(0.35)
    billed_at = firm.working_time(dice, day) if alone else day - day % DAY + 2 * HOUR
    if dice.chance(0.22):
        return _Charge(number, project, billed_at, alone, ())
    count = scope.entries * _BIG_TIMES if number % _BIG_EVERY == 7 else dice.between(2, max(3, 2 * scope.entries - 2))
    sheets: list[str] = []
    while count > 0:
        sheet = f"{number:05d}{len(sheets):02d}"
        entries = make_entries(firm, sheet, project, min(count, dice.between(1, 6)))
        worked = billed_at - billed_at % DAY - dice.between(6, 25) * DAY
        draws = firm.book.dice("sheet", sheet)
        approved += approve(firm, Timesheet(sheet, tuple(entries), firm.working_time(draws, worked), draws))
        count -= len(entries)
        sheets.append(sheet)
    return _Charge(number, project, billed_at, alone, tuple(sheets))


def _bill(firm: Firm, charges: list[_Charge], posted_hours: dict[str, list[Hour]]) -> list[Posted]:
    """Raise the invoices: some by hand, the others together; a few twice."""
    posted: list[Posted | None] = []
    runs: dict[int, list[_Charge]] = {}
    number_after = firm.scope.invoices
    for charge in charges:
        if not charge.alone:
            runs.setdefault(charge.billed_at, []).append(charge)
            continue
        bill = make_bill(firm, charge.number, charge.project, _ready(charge, posted_hours))
        posted.append(raise_alone(firm, bill, charge.billed_at))
        if firm.book.strikes_now("double_invoice", bill.dice):
            again = second_bill(firm, bill, number_after)
            posted.append(raise_alone(firm, again, charge.billed_at + bill.dice.between(30, 3_000) * MINUTE))
            number_after += 1
    for at, together in sorted(runs.items()):
        bills = [make_bill(firm, one.number, one.project, _ready(one, posted_hours)) for one in together]
        posted += raise_together(firm, bills, at)
    return [one for one in posted if one is not None]


def _ready(charge: _Charge, posted_hours: dict[str, list[Hour]]) -> tuple[Hour, ...]:
    """The hours that the ERP has by then. One alone is left for later: a milestone is billed without hours."""
    ready = [
        hour
        for sheet in charge.sheets
        for hour in posted_hours.get(sheet, [])
        if hour.posted is not None and hour.posted < charge.billed_at - HOUR
    ]
    return tuple(ready) if len(ready) > 1 else ()
