"""Steps that nobody can place: money without an invoice, projects without a deal, records without a key."""

from __future__ import annotations

from spanledger_server.simulate.plan.firm import Firm
from spanledger_server.simulate.plan.instant import DAY, HOUR
from spanledger_server.simulate.plan.occurrence import Money, Occurrence


def leave_strays(firm: Firm) -> None:
    """Once a month, perhaps, one of each sort."""
    for month, day in enumerate(firm.billing_days()):
        dice = firm.book.dice("strays", day)
        at = firm.working_time(dice, day + 3 * DAY)
        company = dice.pick(firm.accounts).legal_entity
        for number, (form, reason) in enumerate(_sorts(month, at, company, Money(dice.money(500, 9_000), "EUR"))):
            if firm.book.strikes_now("stray", firm.book.dice("stray", day, number)):
                firm.book.stray(form, reason)


def _sorts(month: int, at: int, company: str, money: Money) -> list[tuple[Occurrence, str]]:
    unapplied = Occurrence(
        event=f"stray/{month}/unapplied",
        system="netsuite",
        name="payment.received",
        at=at,
        entities=(("payment", (f"PYMT-UNAPPLIED-{month}",)),),
        key=f"unapplied-{month}",
        money=money,
        legal_entity=company,
    )
    placeholder = Occurrence(
        event=f"stray/{month}/placeholder",
        system="netsuite",
        name="payment.received",
        at=at + HOUR,
        entities=(("payment", ("TBD",)),),
        money=money,
        legal_entity=company,
    )
    internal = Occurrence(
        event=f"stray/{month}/internal-project",
        system="kantata",
        name="project.activated",
        at=at + 2 * HOUR,
        entities=(("project", (f"4199{month:04d}",)),),
        legal_entity=company,
    )
    nameless = Occurrence(
        event=f"stray/{month}/nameless",
        system="netsuite",
        name="invoice.posted",
        at=at + 3 * HOUR,
        money=money,
        legal_entity=company,
    )
    return [(unapplied, "no_link"), (placeholder, "no_entity"), (internal, "no_link"), (nameless, "no_entity")]
