"""What the firm itself owes: expenses to its people, invoices to its subcontractors, salaries."""

from __future__ import annotations

from spanledger_server.simulate.plan.agreements import begin, client
from spanledger_server.simulate.plan.clients import COMPANY, LEGAL_ENTITIES
from spanledger_server.simulate.plan.firm import Firm
from spanledger_server.simulate.plan.instant import DAY, HOUR, MINUTE
from spanledger_server.simulate.plan.lives import Life, Stage, live
from spanledger_server.simulate.plan.occurrence import Money


def claim_expenses(firm: Firm, count: int) -> None:
    """So many expense reports, of one to six receipts each."""
    for number in range(count):
        dice = firm.book.dice("expense", number)
        company = dice.pick(LEGAL_ENTITIES)
        report = f"{dice.letters(12)}{number:03d}"
        story = firm.book.story("expense-to-reimbursement", "expense_report", [report])
        story.legal_entity = company.code
        own_id = ""
        if dice.chance(0.5):
            own_id = f"ER-{company.code}-{number:04d}"
            story.ids.append(own_id)
        items = tuple(f"{report}-{line}" for line in range(dice.between(1, 6)))
        money = Money(dice.money(20, 6_500), company.currency)
        submitted, approved, posted = (f"expense_report.{what}" for what in ("submitted", "approved", "posted"))
        stages = (
            Stage(submitted, "concur", money=money, beside=(("expense_item", items),), may_lack=("expense_item",)),
            Stage(approved, "concur", submitted, HOUR, 9 * DAY),
            Stage(
                posted, "netsuite", approved, 2 * HOUR, 34 * HOUR,
                flow=True, own_id=own_id, money=money, retry_after=20 * HOUR, copied=True,
            ),
            Stage("expense_report.reimbursed", "netsuite", posted, DAY, 11 * DAY, money=money),
        )  # fmt: skip
        around = (("worker", (f"W-{21_000 + number % 7}",)),)
        live(firm, Life(story, begin(firm, dice), dice, around), stages, ("expense_report.recalled", "concur"))


def receive_vendor_invoices(firm: Firm, count: int) -> None:
    """So many subcontractors' invoices; a few purchase orders are charged twice."""
    for number in range(count):
        dice = firm.book.dice("vendor", number)
        _receive(firm, f"VI-{dice.digits(5)}-{number:03d}", number)
        if firm.book.strikes_now("double_invoice", dice):
            _receive(firm, f"VI-{dice.digits(5)}-{number:03d}-2", number)


def _receive(firm: Firm, invoice: str, number: int) -> None:
    dice = firm.book.dice("vendor-invoice", invoice)
    project = firm.projects[number % len(firm.projects)]
    account = project.account
    story = firm.book.story("vendor-pass-through", "vendor_invoice", [invoice], account)
    story.charged = f"PO-{number:05d}"
    begins = begin(firm, dice)
    money = Money(dice.money(900, 70_000), account.currency)
    received, matched, approved, posted = (
        f"vendor_invoice.{what}" for what in ("received", "matched", "approved", "posted")
    )
    event = (("billing_event", (f"BV-{invoice}",)),)
    stages = (
        Stage(
            received, "netsuite",
            money=money, beside=(("purchase_order", (story.charged,)),),
            due=begins + dice.between(20, 45) * DAY if dice.chance(0.5) else None,
            facts=(("vendor_invoice", "tax_code", f"V{dice.digits(1)}"),), may_lack=("vendor_invoice.tax_code",),
        ),
        Stage(matched, "netsuite", received, HOUR, 3 * DAY),
        Stage(approved, "kantata", matched, HOUR, 6 * DAY),
        Stage(posted, "netsuite", approved, MINUTE, 20 * HOUR, flow=True, money=money, copied=True),
        Stage("billing_event.created", "netsuite", posted, DAY, 40 * DAY, beside=event),
        Stage("vendor_invoice.paid", "netsuite", posted, 5 * DAY, 34 * DAY, money=money),
    )  # fmt: skip
    around = (*client(account), ("project", (project.psa_id,)))
    live(firm, Life(story, begins, dice, around), stages, ("vendor_invoice.refused", "netsuite"))


def run_payrolls(firm: Firm) -> None:
    """A payroll a month and company; its entry in the ledger names it, or is told to be its own later."""
    for day in firm.billing_days():
        for company in COMPANY.values():
            run = f"PR-{company.code}-{day // DAY}"
            dice = firm.book.dice("payroll", run)
            story = firm.book.story("payroll-feed", "payroll_run", [run])
            story.legal_entity = company.code
            money = Money(dice.money(150_000, 900_000), company.currency)
            opened, received, calculated, approved = (
                f"payroll_run.{what}" for what in ("opened", "hours_received", "calculated", "approved")
            )
            stages = (
                Stage(opened, "workday"),
                Stage(received, "workday", opened, HOUR, 22 * HOUR, flow=True),
                Stage(calculated, "workday", received, HOUR, 47 * HOUR, money=money),
                Stage(approved, "workday", calculated, HOUR, 30 * HOUR),
                Stage("payroll_run.paid", "workday", approved, HOUR, 50 * HOUR, money=money),
                Stage(
                    "journal_entry.posted", "netsuite", approved, HOUR, 70 * HOUR,
                    flow=True, through=("journal_entry", f"JE-{run}"),
                ),
            )  # fmt: skip
            around = (("worker", tuple(f"W-{21_000 + line}" for line in range(dice.between(2, 9)))),)
            life = Life(story, firm.working_time(dice, day + dice.between(15, 20) * DAY), dice, around)
            live(firm, life, stages, ("payroll_run.cancelled", "workday"))


def recognise_revenue(firm: Firm, count: int) -> None:
    """So many revenue schedules, in the ledger by one to three entries."""
    for number in range(count):
        dice = firm.book.dice("revenue", number)
        account = firm.accounts[number % len(firm.accounts)]
        schedule = f"RS-{dice.digits(5)}-{number:03d}"
        story = firm.book.story("revenue-recognition", "revenue_schedule", [schedule], account)
        total = dice.money(5_000, 400_000)
        parts = dice.between(1, 3)
        share = round(total / parts, 2)
        amounts = [share] * (parts - 1) + [total - share * (parts - 1)]
        created, approved = "revenue_schedule.created", "revenue_schedule.approved"
        stages = [
            Stage(
                created, "netsuite", money=Money(total, account.currency),
                beside=(("contract", (f"CTR-{dice.digits(4)}",)),), may_lack=("contract",),
            ),
            Stage(approved, "netsuite", created, HOUR, 6 * DAY),
            *(
                Stage(
                    "journal_entry.posted", "netsuite", approved, HOUR + part * 30 * HOUR, 60 * HOUR + part * 30 * HOUR,
                    flow=True, money=Money(amount, account.currency), through=("journal_entry", f"JE-{schedule}-{part}"),
                )
                for part, amount in enumerate(amounts)
            ),
            Stage("revenue_schedule.recognized", "netsuite", approved, 3 * DAY, 12 * DAY),
        ]  # fmt: skip
        life = Life(story, begin(firm, dice), dice, client(account))
        live(firm, life, stages, ("revenue_schedule.cancelled", "netsuite"))
