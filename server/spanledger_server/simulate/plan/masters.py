"""Master data of the whole firm: clients, as the CRM, the ERP and the PSA know them; workers, as HR hands them on."""

from __future__ import annotations

from spanledger_server.simulate.plan.clients import LEGAL_ENTITIES
from spanledger_server.simulate.plan.firm import Firm
from spanledger_server.simulate.plan.instant import DAY, HOUR, MINUTE
from spanledger_server.simulate.plan.introductions import KNOWN_BEFORE
from spanledger_server.simulate.plan.lives import Life, Stage, live


def master_accounts(firm: Firm) -> None:
    """Every client of whom something is known was made known to all systems, or not."""
    for account in firm.accounts:
        if not account.in_crm:
            continue
        dice = firm.book.dice("master-account", account.crm_id)
        story = firm.book.story("account-mastering", "account", [account.crm_id], account)
        own_id = ""
        if account.erp_names:
            story.ids.append(account.erp_id)
            own_id = account.erp_id
        begins = firm.scope.end - KNOWN_BEFORE + dice.between(0, 300) * DAY
        terms = ("account", "payment_terms", dice.pick(("P14", "P30", "P45")))
        told = (("account", "tax_id", f"{account.legal_entity[-2:]}{dice.digits(9)}"), terms)
        stages = (
            Stage(
                "account.created", "salesforce", facts=told, may_lack=("account.tax_id", "account.payment_terms")
            ),
            Stage("account.approved", "salesforce", "account.created", HOUR, 3 * DAY),
            Stage(
                "account.synced_to_erp", "netsuite", "account.approved", MINUTE, 4 * HOUR,
                flow=True, own_id=own_id, facts=(terms,), copied=True,
            ),
            Stage("account.synced_to_psa", "kantata", "account.approved", MINUTE, 4 * HOUR, flow=True),
        )  # fmt: skip
        live(firm, Life(story, firm.working_time(dice, begins), dice), stages, ("account.rejected", "salesforce"))


def master_workers(firm: Firm, count: int) -> None:
    """So many people are hired within the period."""
    for number in range(count):
        dice = firm.book.dice("worker", number)
        worker = f"W-{21_000 + number}"
        story = firm.book.story("worker-mastering", "worker", [worker])
        story.legal_entity = dice.pick(LEGAL_ENTITIES).code
        own_id = ""
        if dice.chance(0.4):
            own_id = f"CQ{dice.letters(8)}{number}"
            story.ids.append(own_id)
        hired = "worker.hired"
        begins = firm.working_time(dice, dice.between(firm.scope.start, firm.scope.end - DAY))
        stages = (
            Stage(
                hired, "workday",
                facts=(("worker", "cost_center", f"CC-{dice.digits(3)}"),), may_lack=("worker.cost_center",),
            ),
            Stage("worker.synced_to_psa", "kantata", hired, HOUR, 34 * HOUR, flow=True, retry_after=20 * HOUR),
            Stage("worker.synced_to_erp", "netsuite", hired, HOUR, 34 * HOUR, flow=True, retry_after=20 * HOUR),
            Stage(
                "worker.synced_to_expenses", "concur", hired, HOUR, 60 * HOUR,
                flow=True, own_id=own_id, retry_after=20 * HOUR,
            ),
        )  # fmt: skip
        live(firm, Life(story, begins, dice), stages, ("worker.withdrawn", "workday"))
