"""What becomes of posted invoices: paid alone, in parts or together, credited, bounced, voided, written off."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from spanledger_server.simulate.plan.book import Share, after
from spanledger_server.simulate.plan.dice import Dice
from spanledger_server.simulate.plan.firm import Firm
from spanledger_server.simulate.plan.instant import DAY, HOUR, MINUTE, SECOND
from spanledger_server.simulate.plan.invoices import Posted
from spanledger_server.simulate.plan.occurrence import Channel, Money, Occurrence
from spanledger_server.simulate.plan.refusals import PAYMENT_BOUNCED

_CENT = Decimal("0.01")


def settle(firm: Firm, posted: list[Posted]) -> None:
    """Plan what becomes of each; of those that are paid together, by client and currency."""
    together: dict[str, list[Posted]] = {}
    for one in posted:
        if not _closed_otherwise(firm, one) and not _settled_alone(firm, one):
            together.setdefault(one.bill.account.crm_id, []).append(one)
    for client, bills in together.items():
        _pay_in_groups(firm, client, bills)


def _closed_otherwise(firm: Firm, one: Posted) -> bool:
    """Voided or written off. Only invoices on which nothing else is open: nobody decides so in the middle of a retry."""
    book, dice, bill = firm.book, firm.book.dice("close", one.bill.number), one.bill
    done = {entry.name for entry, _ in bill.story.entries if entry.outcome == "success"}
    if any(entry.name not in done for entry, _ in bill.story.entries):
        return False
    form = Occurrence(
        event=f"invoice/{bill.number}/closed",
        system="netsuite",
        name="invoice.voided",
        at=one.at + dice.between(1, 12) * DAY,
        entities=(("invoice", (bill.number,)),),
        key=f"close-{bill.number}",
        legal_entity=bill.account.legal_entity,
    )
    if book.strikes_now("voided", dice):
        if book.happen(form, (bill.story, None)) is not None and dice.chance(0.3):
            _pay(firm, one, bill.money.amount, form.at + dice.between(2, 20) * DAY, 1, dice)
        return True
    if book.strikes_now("written_off", dice):
        book.happen(
            replace(form, name="invoice.written_off", at=_due(one) + dice.between(5, 40) * DAY), (bill.story, None)
        )
        return True
    return False


def _settled_alone(firm: Firm, one: Posted) -> bool:
    """Plan the invoice's own payments; False if it is to be paid together with others."""
    dice = firm.book.dice("settle", one.bill.number)
    draw, amount = dice.between(1, 100), one.bill.money.amount
    at = _due(one) + dice.between(-12 * 24, 4 * 24) * HOUR
    if draw <= 25:
        return False
    if draw <= 32:
        amount -= _credit(firm, one, dice)
    if firm.book.strikes_now("forgotten", dice) or amount <= 0:
        return True
    if draw <= 50:
        parts = dice.between(2, 3)
        share = (amount / parts).quantize(_CENT)
        for part in range(1, parts):
            _pay(firm, one, share, at, part, dice)
            at += dice.between(4, 20) * DAY
        if not dice.chance(0.2):
            _pay(firm, one, amount - share * (parts - 1), at, parts, dice)
    else:
        _pay(firm, one, amount, at, 1, dice)
    return True


def _due(one: Posted) -> int:
    return one.due or one.at + 30 * DAY


def _credit(firm: Firm, one: Posted, dice: Dice) -> Decimal:
    bill = one.bill
    whole = dice.chance(0.2)
    amount = bill.money.amount if whole else (bill.money.amount * dice.between(10, 40) / 100).quantize(_CENT)
    money = Money(amount, bill.money.currency)
    written = firm.book.happen(
        Occurrence(
            event=f"credit/{bill.number}",
            system="netsuite",
            name="credit_note.issued",
            at=one.at + dice.between(30, 300) * HOUR,
            entities=(("credit_note", (f"CN-{bill.number}",)), ("invoice", (bill.number,))),
            key=f"credit-{bill.number}",
            money=money,
            legal_entity=bill.account.legal_entity,
        ),
        (bill.story, money),
    )
    return amount if written else Decimal(0)


def _pay(firm: Firm, one: Posted, amount: Decimal, at: int, part: int, dice: Dice) -> None:
    """One payment of one invoice. The bank's notice may name the payment alone, and the invoice comes later."""
    book, bill = firm.book, one.bill
    payment_id = f"PYMT-{bill.number.removeprefix('INV-')}-{part}"
    currency = bill.money.currency
    if book.strikes_now("wrong_currency", dice):
        currency = "USD" if currency != "USD" else "EUR"
    money = Money(amount, currency)
    named = (("payment", (payment_id,)), ("invoice", (dice.pick((bill.number, bill.erp_id)),)))
    form = _payment(payment_id, at, money, bill.account.legal_entity)
    if book.strikes_now("bounced_payment", dice):
        bounced = replace(
            form, event=f"{form.event}/bounced", outcome="failure", refusal=PAYMENT_BOUNCED, entities=named, key=""
        )
        book.happen(bounced, (bill.story, money))
        if book.strikes_now("unrepaired", dice):
            return
        form = replace(form, at=at + dice.between(3, 9) * DAY, attempt=2)
    names_alone = dice.chance(0.25)
    if (
        _receive(firm, replace(form, entities=named[:1] if names_alone else named), [(bill.story, money)])
        and names_alone
    ):
        _apply(firm, payment_id, bill.number, form.at + dice.between(1, 90) * HOUR)


def _payment(payment_id: str, at: int, money: Money, legal_entity: str) -> Occurrence:
    return Occurrence(
        event=f"payment/{payment_id}",
        system="netsuite",
        name="payment.received",
        at=at,
        key=f"bank-{payment_id}",
        money=money,
        legal_entity=legal_entity,
    )


def _receive(firm: Firm, form: Occurrence, shares: list[Share]) -> bool:
    """The bank's notice comes by the middleware; it may come twice."""
    book, dice = firm.book, firm.book.dice("receive", form.event)
    notice = book.happen(
        Occurrence(
            event=f"bank/{form.event}",
            system="boomi",
            name="bank_notice.read",
            at=form.at - 20 * SECOND,
            step=False,
        )
    )
    if notice is None:
        return False
    received = after(notice, Channel.HTTP, form)
    if book.happen(received, *shares) is None:
        return False
    again = replace(received, event=f"{form.event}/again", at=form.at + dice.between(2, 50) * MINUTE)
    if book.strikes_now("duplicate_same_key", dice):
        book.happen(again, *shares)
    elif book.strikes_now("duplicate_without_key", dice):
        book.happen(replace(again, key=""), *shares)
    return True


def _apply(firm: Firm, payment_id: str, number: str, at: int) -> None:
    firm.book.happen(
        Occurrence(
            event=f"application/{payment_id}/{number}",
            system="netsuite",
            name="payment.applied",
            at=at,
            entities=(("payment", (payment_id,)), ("invoice", (number,))),
        ),
        never_late=True,
    )


def _pay_in_groups(firm: Firm, client: str, posted: list[Posted]) -> None:
    dice = firm.book.dice("groups", client)
    rest = sorted(posted, key=lambda one: one.at)
    number = 0
    while rest:
        size = dice.between(2, 4)
        group, rest = rest[:size], rest[size:]
        number += 1
        if len(group) == 1:
            _pay(firm, group[0], group[0].bill.money.amount, _due(group[0]) - DAY, 9, dice)
        else:
            _pay_together(firm, f"PYMT-{client[-3:]}-{number}", group, dice)


def _pay_together(firm: Firm, payment_id: str, group: list[Posted], dice: Dice) -> None:
    """One payment for several invoices, with the split or, now and then, without."""
    split = tuple((one.bill.number, one.bill.money.amount) for one in group)
    if dice.chance(0.15):
        number, amount = split[-1]
        split = (*split[:-1], (number, (amount * 3 / 4).quantize(_CENT)))
    currency = group[0].bill.money.currency
    total = Money(sum((amount for _, amount in split), Decimal(0)), currency)
    at = max(one.at for one in group) + dice.between(6 * 24, 40 * 24) * HOUR
    form = _payment(payment_id, at, total, group[0].bill.account.legal_entity)
    names_it = (("payment", (payment_id,)),)
    if firm.book.strikes_now("unsplit_payment", dice):
        if _receive(firm, replace(form, entities=names_it), [(one.bill.story, None) for one in group]):
            for one in group:
                _apply(firm, payment_id, one.bill.number, at + dice.between(1, 60) * HOUR)
        return
    shares = [(one.bill.story, Money(amount, currency)) for one, (_, amount) in zip(group, split, strict=True)]
    _receive(firm, replace(form, entities=names_it, allocation=("invoice", split)), list(shares))
