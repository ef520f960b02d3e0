"""What others are told of invoices and payments: the CRM, the warehouse, the reports; and what clients object to."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from spanledger_server.simulate.plan.agreements import client
from spanledger_server.simulate.plan.book import Share, after
from spanledger_server.simulate.plan.courses import carry_out
from spanledger_server.simulate.plan.firm import Firm
from spanledger_server.simulate.plan.instant import DAY, HOUR, MINUTE, SECOND
from spanledger_server.simulate.plan.invoices import Posted
from spanledger_server.simulate.plan.lives import Life, Stage, live
from spanledger_server.simulate.plan.occurrence import Channel, Money, Occurrence, System

_LOAD_HOUR = 2
_QUESTION = (
    Stage("dispute.question_asked", "salesforce", "dispute.assigned", HOUR, 2 * DAY),
    Stage("dispute.question_answered", "salesforce", "dispute.question_asked", DAY, 14 * DAY),
)
"""What only the client can answer."""
_AFTER_THE_LOAD: tuple[tuple[str, System, int], ...] = (
    ("invoice.transformed", "snowflake", 4),
    ("invoice.reported", "powerbi", 20),
)
"""What follows, where, and within how many hours."""


def tell_the_crm(firm: Firm, posted: list[Posted]) -> None:
    """Changes of an invoice's status, and the last one."""
    for one in posted:
        bill = one.bill
        if bill.account.in_crm != "true":
            continue
        dice = firm.book.dice("status", bill.number)
        form = Occurrence(
            event=f"crm-status/{bill.number}",
            system="salesforce",
            name="invoice.status_updated",
            at=one.at,
            entities=(("invoice", (bill.number,)), *client(bill.account)),
            legal_entity=bill.account.legal_entity,
        )
        for change in range(dice.between(0, 2)):
            at = one.at + dice.between(DAY, 40 * DAY)
            changed = replace(form, event=f"{form.event}/{change}", at=at, key=f"{form.event}-{change}")
            carry_out(firm.book, dice, changed, [(bill.story, None)])
        if not firm.book.strikes_now("forgotten", dice):
            last = replace(form, name="invoice.status_closed", event=f"{form.event}/closed", key=f"{form.event}-closed")
            carry_out(
                firm.book, dice, replace(last, at=one.at + dice.between(15 * DAY, 50 * DAY)), [(bill.story, None)]
            )


def report(firm: Firm, posted: list[Posted]) -> None:
    """Every night the warehouse loads what was posted since, but for what it leaves out; the reports follow."""
    nights: dict[int, list[Posted]] = {}
    for one in sorted(posted, key=lambda one: one.at):
        night = (one.at - _LOAD_HOUR * HOUR) // DAY * DAY + DAY + _LOAD_HOUR * HOUR
        if not firm.book.strikes_now("silent_drop", firm.book.dice("load", one.bill.number)):
            nights.setdefault(night, []).append(one)
    for night, bills in sorted(nights.items()):
        _one_night(firm, night, bills)


def _one_night(firm: Firm, night: int, bills: list[Posted]) -> None:
    dice = firm.book.dice("reporting", night)
    shares: list[Share] = [(one.bill.story, None) for one in bills]
    form = Occurrence(
        event=f"warehouse/{night}",
        system="snowflake",
        name="invoice.loaded",
        at=night + dice.between(5, 90) * MINUTE,
        entities=(("invoice", tuple(one.bill.number for one in bills)),),
        record_count=len(bills),
    )
    course = carry_out(firm.book, dice, _keyed(form, "load"), shares, retry_after=HOUR)
    for name, system, hours in _AFTER_THE_LOAD:
        if course.done is None or course.at is None:
            return
        step = replace(form, name=name, system=system, at=course.at + dice.between(10, hours * 60) * MINUTE)
        channel = Channel.LOCAL if system == "snowflake" else Channel.QUEUE
        step = after(course.done, channel, _keyed(step, name))
        course = carry_out(firm.book, dice, step, shares, retry_after=HOUR)


def _keyed(form: Occurrence, what: str) -> Occurrence:
    return replace(form, event=f"{form.event}/{what}", key=f"{form.event}-{what}")


def tell_of_payments(firm: Firm) -> None:
    """Each payment is applied, if nobody did so yet, and made known to the CRM."""
    received: dict[str, Occurrence] = {}
    applied: dict[str, Occurrence] = {}
    for one in sorted(firm.book.emitted(), key=lambda one: (one.at, one.event)):
        ids = dict(one.entities).get("payment", ())
        if len(ids) != 1 or ids[0] == "TBD":
            continue
        if one.name == "payment.received" and one.outcome == "success":
            received.setdefault(ids[0], one)
        elif one.name == "payment.applied":
            applied.setdefault(ids[0], one)
    for payment, one in received.items():
        _tell_of(firm, payment, one, applied.get(payment))


def _tell_of(firm: Firm, payment: str, received: Occurrence, applied: Occurrence | None) -> None:
    book, dice = firm.book, firm.book.dice("feedback", payment)
    split = tuple(number for number, _ in received.allocation[1]) if received.allocation else ()
    invoices = dict(received.entities).get("invoice", split)
    if applied is None and invoices and not book.strikes_now("forgotten", dice):
        applied = book.happen(
            Occurrence(
                event=f"application/{payment}",
                system="netsuite",
                name="payment.applied",
                at=received.at + dice.between(MINUTE, 5 * DAY),
                entities=(("payment", (payment,)), ("invoice", invoices)),
            )
        )
    if applied is None:
        return
    told = Occurrence(
        event=f"crm-payment/{payment}",
        system="salesforce",
        name="payment.synced_to_crm",
        at=applied.at + dice.between(2, 200) * MINUTE,
        entities=(("payment", (payment,)),),
        key=f"crm-{payment}",
        legal_entity=received.legal_entity,
    )
    carry_out(book, dice, after(applied, Channel.QUEUE, told), [])


def dispute(firm: Firm, posted: list[Posted]) -> None:
    """Some clients object to an invoice; where they are right it is credited, in part."""
    for one in posted:
        bill = one.bill
        dice = firm.book.dice("dispute", bill.number)
        if not dice.chance(0.3):
            continue
        case = f"500QH0000{dice.letters(6)}"
        story = firm.book.story("dispute-to-resolution", "dispute", [case], bill.account)
        credited = dice.chance(0.5)
        amount = (bill.money.amount * dice.between(5, 30) / 100).quantize(Decimal("0.01"))
        money = Money(amount, bill.money.currency)
        opened, assigned, examined = (f"dispute.{what}" for what in ("opened", "assigned", "examined"))
        outcome = (("dispute", "outcome", "credit" if credited else "denied"),)
        stages = [
            Stage(
                opened, "salesforce", money=money,
                facts=(("dispute", "reason", "quality"),), may_lack=("dispute.reason",),
            ),
            Stage(assigned, "salesforce", opened, 10 * MINUTE, 30 * HOUR),
            *(_QUESTION if dice.chance(0.5) else ()),
            Stage(examined, "kantata", assigned, HOUR, 8 * DAY, facts=outcome),
            Stage("dispute.resolved", "salesforce", examined, 3 * DAY, 6 * DAY),
        ]  # fmt: skip
        if credited:
            note = (("credit_note", (f"CN-{case}",)),)
            stages.insert(
                len(stages) - 1,
                Stage(
                    "credit_note.issued", "netsuite", examined, MINUTE, 3 * DAY,
                    flow=True, money=money, beside=note, also=((bill.story, money),),
                ),
            )  # fmt: skip
        around = (*client(bill.account), ("invoice", (bill.number,)))
        life = Life(story, one.at + dice.between(DAY, 20 * DAY) // SECOND * SECOND, dice, around)
        live(firm, life, stages, ("dispute.withdrawn", "salesforce"))
