"""Invoices: generated and posted in the ERP, alone or in the monthly run, and made known to the CRM."""

from __future__ import annotations

from dataclasses import dataclass, replace

from spanledger_server.simulate.plan.book import Story, after
from spanledger_server.simulate.plan.clients import COMPANY, Account
from spanledger_server.simulate.plan.courses import carry_out
from spanledger_server.simulate.plan.dice import Dice
from spanledger_server.simulate.plan.firm import Firm, Hour, Project
from spanledger_server.simulate.plan.instant import DAY, HOUR, MINUTE, SECOND
from spanledger_server.simulate.plan.occurrence import Channel, Ids, Money, Occurrence
from spanledger_server.simulate.plan.refusals import GENERATION_REFUSED

PROCESS = "invoice-to-cash"


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice before anything happens to it. `number` is the printed one, `erp_id` the ERP's internal one."""

    number: str
    erp_id: str
    crm_id: str
    account: Account
    project: Project
    charged: str
    money: Money
    hours: tuple[Hour, ...]
    story: Story
    dice: Dice

    @property
    def draft_id(self) -> str:
        """The id under which the ERP reports the draft: some companies number an invoice only when it is posted."""
        return self.number if COMPANY[self.account.legal_entity].draft_number else self.erp_id

    @property
    def around(self) -> tuple[tuple[str, Ids], ...]:
        """What the ERP names beside the invoice."""
        return (("account", (self.account.id_in_erp,)), ("project", (self.project.erp_id,)))


@dataclass(frozen=True, slots=True)
class Posted:
    """An invoice that is posted: payments can settle it."""

    bill: Bill
    at: int
    due: int | None


def make_bill(firm: Firm, number: int, project: Project, hours: tuple[Hour, ...]) -> Bill:
    """An invoice to be raised; without hours it is a milestone's."""
    dice, account = firm.book.dice("invoice", number), project.account
    country = account.legal_entity.removeprefix("BW-")
    printed, erp_id = f"INV-{country}-{20_000 + number}", f"{918_000 + number}"
    worth = sum((money.amount for hour in hours if (money := _worth(hour)) is not None), dice.money(200, 1_500))
    amount = worth if hours else dice.money(4_000, 160_000)
    crm_id = f"a0XQH0000{dice.letters(4)}{number:05d}"
    story = firm.book.story(PROCESS, "invoice", [printed, erp_id, crm_id], account)
    story.charged = f"BE-{number}"
    return Bill(
        number=printed,
        erp_id=erp_id,
        crm_id=crm_id,
        account=account,
        project=project,
        charged=story.charged,
        money=Money(amount, account.currency),
        hours=hours,
        story=story,
        dice=dice,
    )


def second_bill(firm: Firm, bill: Bill, number: int) -> Bill:
    """The same work billed once more, under another number."""
    again = make_bill(firm, number, bill.project, bill.hours)
    again.story.charged = bill.charged
    return replace(again, charged=bill.charged, money=bill.money)


def _worth(hour: Hour) -> Money | None:
    approved = [money for occurrence, money in hour.story.entries if occurrence.name == "time_entry.approved"]
    return approved[-1] if approved else None


def raise_alone(firm: Firm, bill: Bill, at: int) -> Posted | None:
    """Raise one invoice by hand: its own trace, and a transaction that the ERP opens."""
    opened = f"{PROCESS}/{bill.draft_id}" if bill.dice.chance(0.5) else ""
    return _raise(firm, bill, replace(_generated(bill, at), transaction=opened))


def raise_together(firm: Firm, bills: list[Bill], at: int) -> list[Posted]:
    """The monthly run: one trace for all invoices of the month."""
    length = len(bills) * 5 * SECOND + 40 * MINUTE
    run = firm.book.happen(
        Occurrence(
            event=f"billing-run/{at}",
            system="netsuite",
            name="billing_run.finished",
            at=at + length,
            lasts=length,
            step=False,
            record_count=len(bills),
        )
    )
    if run is None:
        return []
    found = [
        _raise(firm, bill, after(run, Channel.LOCAL, _generated(bill, at + MINUTE + line * 5 * SECOND)))
        for line, bill in enumerate(bills)
    ]
    posted = [one for one in found if one is not None]
    if len(posted) >= 3 and firm.book.strikes_now("nameless_line", firm.book.dice("run-stray", at)):
        nameless = Occurrence(
            event=f"billing-run/{at}/line-without-number",
            system="netsuite",
            name="invoice.posted",
            at=at + length - MINUTE,
        )
        firm.book.stray(after(run, Channel.LOCAL, nameless), "ambiguous_trace")
    return posted


def _generated(bill: Bill, at: int) -> Occurrence:
    return Occurrence(
        event=f"invoice/{bill.number}/generated",
        system="netsuite",
        name="invoice.generated",
        at=at + bill.dice.between(1, 999_999_999),
        entities=(("invoice", (bill.draft_id,)), ("billing_event", (bill.charged,)), *bill.around),
        key=f"generate-{bill.number}",
        money=bill.money,
        legal_entity=bill.account.legal_entity,
    )


def _raise(firm: Firm, bill: Bill, generated: Occurrence) -> Posted | None:
    """Generate and post. The draft names its hours, or a list of lines does so afterwards."""
    book, dice = firm.book, bill.dice
    lines = (("time_entry", tuple(hour.entry_id for hour in bill.hours)),) if bill.hours else ()
    shares = [(bill.story, generated.money), *((hour.story, None) for hour in bill.hours)]
    refusing = book.strikes_now("refused_generation", dice)
    afterwards = bool(bill.hours) and not refusing and dice.chance(0.3)
    named = generated if afterwards else replace(generated, entities=(*generated.entities, *lines))
    if refusing:
        refused = replace(
            named, event=f"{named.event}/refused", outcome="failure", refusal=GENERATION_REFUSED, money=None
        )
        book.happen(refused, *((story, None) for story, _ in shares))
        named = replace(named, at=named.at + dice.between(1, 3) * HOUR, attempt=2)
    written = book.happen(named, *shares)
    if written is None:
        return None
    if afterwards:
        book.happen(
            Occurrence(
                event=f"invoice/{bill.number}/lines",
                system="netsuite",
                name="invoice_lines.added",
                at=named.at + 20 * SECOND,
                entities=(("invoice", (bill.draft_id,)), *lines),
            ),
            never_late=True,
        )
    return _post(firm, bill, written, named.at)


def _post(firm: Firm, bill: Bill, generated: Occurrence, generated_at: int) -> Posted | None:
    book, dice, company = firm.book, bill.dice, COMPANY[bill.account.legal_entity]
    at = generated_at + dice.between(45, 1500) * SECOND
    done = after(
        generated,
        Channel.LOCAL,
        Occurrence(
            event=f"invoice/{bill.number}/posted",
            system="netsuite",
            name="invoice.posted",
            at=at,
            entities=(("invoice", (bill.number,)), *bill.around),
            aliases=(("invoice", (bill.erp_id,)),),
            key=f"post-{bill.number}",
            money=bill.money,
            due=at + dice.pick((14, 30, 45)) * DAY if dice.chance(0.6) else None,
            legal_entity=bill.account.legal_entity,
        ),
    )
    refused = replace(
        done,
        entities=(("invoice", (bill.draft_id,)), *bill.around),
        aliases=(),
        due=None,
        money=done.money if dice.chance(0.5) else None,
    )
    if not company.posts_by_number:
        done = replace(
            done, entities=(("invoice", (bill.erp_id,)), *bill.around), aliases=(("invoice", (bill.number,)),)
        )
    if book.strikes_now("late_alias", dice):
        done = replace(done, aliases=())
        book.happen(
            Occurrence(
                event=f"invoice/{bill.number}/numbered",
                system="netsuite",
                name="invoice.numbered",
                at=at + dice.between(2, 60) * HOUR,
                entities=(("invoice", (bill.number,)),),
                aliases=(("invoice", (bill.erp_id,)),),
            ),
            never_late=True,
        )
    course = carry_out(book, dice, done, [(bill.story, bill.money)], refused, retry_after=25 * MINUTE)
    if course.at is None or course.done is None:
        return None
    if bill.account.in_crm == "true":
        _sync(firm, bill, course.done, course.at)
    return Posted(bill, course.at, course.done.due)


def _sync(firm: Firm, bill: Bill, posted: Occurrence, posted_at: int) -> None:
    """Tell the CRM, by the queue and the middleware. The CRM names its own record, the number, or nothing at all."""
    book, dice = firm.book, bill.dice
    at = posted_at + dice.between(3, 50) * MINUTE
    lost = book.strikes_now("lost_context", dice)
    flow = book.happen(
        after(
            posted,
            Channel.QUEUE,
            Occurrence(
                event=f"invoice-sync/{bill.number}",
                system="boomi",
                name="invoice_sync.started",
                at=at - MINUTE,
                lasts=2 * SECOND,
                step=False,
            ),
            lost=lost,
        )
    )
    if flow is None:
        return
    form = after(
        flow,
        Channel.HTTP,
        Occurrence(
            event=f"crm-invoice/{bill.number}",
            system="salesforce",
            name="invoice.synced_to_crm",
            at=at,
            entities=(("invoice", (bill.number,)), ("account", (bill.account.crm_id,))),
            key=f"crm-{bill.number}",
            legal_entity=bill.account.legal_entity,
        ),
    )
    manner = dice.between(1, 4)
    done = form
    if manner == 1:
        own = (("invoice", (bill.crm_id,)), ("account", (bill.account.crm_id,)))
        done = replace(form, entities=own, aliases=(("invoice", (bill.number,)),))
    elif manner == 2 and not lost:
        done = replace(form, entities=())
    if dice.chance(0.02):
        book.happen(replace(form, event=f"{form.event}/skipped", outcome="skipped"), (bill.story, None))
        return
    if dice.chance(0.03):
        partial = replace(form, event=f"{form.event}/partial", outcome="partial", at=at - 20 * SECOND)
        book.happen(partial, (bill.story, None))
    course = carry_out(book, dice, done, [(bill.story, None)], form, retry_after=20 * MINUTE)
    clean = course.done is not None and course.done.attempt == 1
    if course.at is not None and clean and book.strikes_now("compensated", dice):
        _undo_sync(firm, bill, replace(form, at=course.at))


def _undo_sync(firm: Firm, bill: Bill, form: Occurrence) -> None:
    """The CRM is set back to a backup, and the invoice is told to it again, or not."""
    book, dice = firm.book, bill.dice
    undone_at = form.at + dice.between(20, 70) * HOUR
    book.happen(replace(form, event=f"{form.event}/undone", at=undone_at, outcome="compensated"), (bill.story, None))
    if dice.chance(0.5):
        again = replace(form, event=f"{form.event}/redone", at=undone_at + dice.between(2, 30) * HOUR, attempt=2)
        book.happen(again, (bill.story, None))
