"""Hours: submitted and approved in the PSA, handed over in a nightly file, posted in the ERP."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from spanledger_server.simulate.plan.book import Share, Story, after
from spanledger_server.simulate.plan.courses import carry_out, counted
from spanledger_server.simulate.plan.dice import Dice
from spanledger_server.simulate.plan.firm import Firm, Hour, Project
from spanledger_server.simulate.plan.instant import DAY, HOUR, MINUTE, SECOND
from spanledger_server.simulate.plan.occurrence import Channel, Money, Occurrence
from spanledger_server.simulate.plan.refusals import HOURS_REJECTED

PROCESS = "time-to-bill"
_EXPORT_HOUR = 22


@dataclass(frozen=True, slots=True)
class Entry:
    """An hour entry before anything happens to it."""

    entry_id: str
    erp_id: str
    story: Story
    project: Project
    worker: str
    hours: Decimal
    money: Money

    @property
    def names(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The entities that the PSA names in an entry's own span."""
        return (
            ("time_entry", (self.entry_id,)),
            ("project", (self.project.psa_id,)),
            ("resource", (self.worker,)),
        )


@dataclass(frozen=True, slots=True)
class Timesheet:
    """The entries of one worker for one week on one project. `number` counts all timesheets."""

    number: str
    entries: tuple[Entry, ...]
    submitted_at: int
    dice: Dice


Approved = tuple[Entry, int]


def make_entries(firm: Firm, number: str, project: Project, count: int) -> list[Entry]:
    """So many entries of one worker."""
    dice = firm.book.dice("entries", number)
    worker, rate = f"1390{dice.digits(4)}", Decimal(dice.between(90, 210))
    entries = []
    for line in range(count):
        hours = Decimal(dice.between(2, 32)) / 4
        entry_id = f"TE-{number}-{line + 1}"
        entries.append(
            Entry(
                entry_id=entry_id,
                erp_id=f"TB{number}-{line + 1}" if dice.chance(0.3) else "",
                story=firm.book.story(PROCESS, "time_entry", [entry_id], project.account),
                project=project,
                worker=worker,
                hours=hours,
                money=Money((hours * rate).quantize(Decimal("0.01")), project.account.currency),
            )
        )
        if entries[-1].erp_id:
            entries[-1].story.ids.append(entries[-1].erp_id)
    return entries


def approve(firm: Firm, sheet: Timesheet) -> list[Approved]:
    """Submit and approve a timesheet; what was approved, and when."""
    book, dice = firm.book, sheet.dice
    approved_at = firm.working_time(dice, sheet.submitted_at + dice.between(0, 2) * DAY) + 11 * HOUR
    if not book.strikes_now("never_submitted", dice):
        _submit(firm, sheet, as_one=len(sheet.entries) > 1 and dice.chance(0.3))
    elif len(sheet.entries) == 1:
        return _approve_one(firm, sheet.entries[0], approved_at, dice)
    if book.strikes_now("forgotten", dice):
        return []
    manner = dice.between(1, 10)
    if len(sheet.entries) > 1 and manner <= 3:
        return _approve_together(firm, sheet, approved_at, split=manner > 1)
    found: list[Approved] = []
    for line, entry in enumerate(sheet.entries):
        found += _approve_one(firm, entry, approved_at + line * 20 * SECOND, dice)
    return found


def _submit(firm: Firm, sheet: Timesheet, *, as_one: bool) -> None:
    for group in [sheet.entries] if as_one else [(entry,) for entry in sheet.entries]:
        first = group[0]
        firm.book.happen(
            Occurrence(
                event=f"timesheet/{first.entry_id}/submitted",
                system="kantata",
                name="time_entry.submitted",
                at=sheet.submitted_at,
                entities=(("time_entry", tuple(entry.entry_id for entry in group)), *first.names[1:]),
                hours=sum((entry.hours for entry in group), Decimal(0)),
                legal_entity=first.project.account.legal_entity,
            ),
            *((entry.story, None) for entry in group),
        )


def _approve_together(firm: Firm, sheet: Timesheet, at: int, *, split: bool) -> list[Approved]:
    first, entries = sheet.entries[0], sheet.entries
    total = sum((entry.money.amount for entry in entries), Decimal(0))
    written = firm.book.happen(
        Occurrence(
            event=f"timesheet/{first.entry_id}/approved",
            system="kantata",
            name="time_entry.approved",
            at=at,
            entities=(("time_entry", tuple(entry.entry_id for entry in entries)), *first.names[1:]),
            money=Money(total, first.money.currency),
            allocation=("time_entry", tuple((one.entry_id, one.money.amount) for one in entries)) if split else None,
            legal_entity=first.project.account.legal_entity,
        ),
        *((entry.story, entry.money if split else None) for entry in entries),
    )
    return [(entry, at) for entry in entries] if written else []


def _approve_one(firm: Firm, entry: Entry, at: int, dice: Dice) -> list[Approved]:
    book = firm.book
    form = Occurrence(
        event=f"entry/{entry.entry_id}/approved",
        system="kantata",
        name="time_entry.approved",
        at=at,
        entities=entry.names,
        money=entry.money,
        hours=entry.hours,
        legal_entity=entry.project.account.legal_entity,
    )
    share: Share = (entry.story, entry.money)
    draw = dice.between(1, 100)
    if draw <= 2 and len(entry.story.entries) == 1:
        book.happen(
            replace(form, event=f"entry/{entry.entry_id}/withdrawn", name="time_entry.withdrawn", money=None),
            (entry.story, None),
        )
        return []
    if book.strikes_now("rejected_hours", dice):
        rejected = replace(
            form, event=f"{form.event}/rejected", outcome="rejected", refusal=HOURS_REJECTED, attempt=1, money=None
        )
        book.happen(rejected, (entry.story, None))
        if book.strikes_now("unrepaired", dice):
            return []
        form = replace(form, at=firm.working_time(dice, at + dice.between(1, 3) * DAY), attempt=2)
    elif draw <= 10 and len(entry.story.entries) == 1 and len(entry.story.entries[0][0].entities[0][1]) == 1:
        form = _approval_without_names(firm, entry, form)
    return [(entry, form.at)] if book.happen(form, share) else []


def _approval_without_names(firm: Firm, entry: Entry, form: Occurrence) -> Occurrence:
    """The approval by a workflow that knows the entry only through its trace."""
    submitted = entry.story.entries[0][0]
    workflow = firm.book.happen(
        after(
            submitted,
            Channel.LOCAL,
            Occurrence(
                event=f"entry/{entry.entry_id}/workflow",
                system="kantata",
                name="approval_workflow.started",
                at=form.at - MINUTE,
                step=False,
            ),
        )
    )
    return form if workflow is None else after(workflow, Channel.LOCAL, replace(form, entities=()))


def post_nightly(firm: Firm, approved: list[Approved]) -> list[Hour]:
    """Hand approved hours to the ERP, one file a night, and say when each was posted."""
    nights: dict[int, list[Entry]] = {}
    for entry, at in approved:
        night = (at + HOUR) // DAY * DAY + _EXPORT_HOUR * HOUR
        nights.setdefault(night if night > at + 10 * MINUTE else night + DAY, []).append(entry)
    found: list[Hour] = []
    for night, entries in sorted(nights.items()):
        found += _one_night(firm, night, entries)
    return found


def _one_night(firm: Firm, night: int, entries: list[Entry]) -> list[Hour]:
    book, dice = firm.book, firm.book.dice("night", night)
    export = Occurrence(
        event=f"hours-export/{night}",
        system="kantata",
        name="hours_file.written",
        at=night + MINUTE,
        lasts=MINUTE,
        step=False,
        record_count=len(entries),
    )
    written = book.happen(export)
    if written is None:
        return []
    length = len(entries) * 2 * SECOND + 3 * MINUTE
    load = Occurrence(
        event=f"hours-load/{night}",
        system="boomi",
        name="hours_file.loaded",
        at=night + 10 * MINUTE + length,
        lasts=length,
        step=False,
        record_count=len(entries),
    )
    job = book.happen(after(written, Channel.FILE, load, lost=book.strikes_now("lost_context", dice)))
    if job is None:
        return []
    found = [
        Hour(entry.erp_id or entry.entry_id, entry.story, entry.project, _posted(firm, entry, job, load, line))
        for line, entry in enumerate(entries)
    ]
    if sum(hour.posted is not None for hour in found) >= 3 and book.strikes_now("nameless_line", dice):
        nameless = Occurrence(
            event=f"hours-load/{night}/line-without-key",
            system="netsuite",
            name="time_entry.posted",
            at=load.at - MINUTE,
        )
        book.stray(after(job, Channel.HTTP, nameless), "ambiguous_trace")
    return found


def _posted(firm: Firm, entry: Entry, job: Occurrence, load: Occurrence, line: int) -> int | None:
    dice = firm.book.dice("posting", entry.entry_id)
    form = after(
        job,
        Channel.HTTP,
        Occurrence(
            event=f"timebill/{entry.entry_id}",
            system="netsuite",
            name="time_entry.posted",
            at=load.begins + MINUTE + line * 2 * SECOND + dice.between(1, 999_999_999),
            entities=(("time_entry", (entry.entry_id,)), ("project", (entry.project.erp_id,))),
            key=f"timebill-{entry.entry_id}",
            hours=entry.hours,
            money=entry.money if dice.chance(0.3) else None,
            legal_entity=entry.project.account.legal_entity,
        ),
    )
    shares = counted([(entry.story, None)], form.money)
    done = form
    if entry.erp_id:
        done = replace(
            form,
            entities=(("time_entry", (entry.erp_id,)), ("project", (entry.project.erp_id,))),
            aliases=(("time_entry", (entry.entry_id,)),),
        )
    return carry_out(firm.book, dice, done, shares, form, retry_after=20 * HOUR).at
