"""Before there is work: leads, contracts with their amendments and rate cards, and the people assigned to projects."""

from __future__ import annotations

from spanledger_server.simulate.plan.clients import Account
from spanledger_server.simulate.plan.dice import Dice
from spanledger_server.simulate.plan.firm import Firm
from spanledger_server.simulate.plan.instant import DAY, HOUR, MINUTE
from spanledger_server.simulate.plan.lives import Life, Named, Stage, live
from spanledger_server.simulate.plan.occurrence import Money


def begin(firm: Firm, dice: Dice) -> int:
    """A working moment within the period."""
    return firm.working_time(dice, dice.between(firm.scope.start, firm.scope.end - DAY))


def client(account: Account) -> Named:
    """The client as the CRM names it."""
    return (("account", (account.crm_id,)),)


def find_leads(firm: Firm, count: int) -> None:
    """So many leads."""
    for number in range(count):
        dice = firm.book.dice("lead", number)
        account = firm.accounts[number % len(firm.accounts)]
        story = firm.book.story("lead-to-opportunity", "lead", [f"L{dice.digits(6)}{number:03d}"], account)
        opportunity = ("opportunity", f"006LD0000{dice.letters(3)}{number:03d}{dice.letters(3)}")
        money = Money(dice.money(8_000, 300_000), account.currency)
        stages = (
            Stage("lead.captured", "hubspot"),
            Stage("lead.qualified", "hubspot", "lead.captured", HOUR, 9 * DAY),
            Stage("lead.synced_to_crm", "salesforce", "lead.qualified", MINUTE, 50 * MINUTE, flow=True),
            Stage(
                "opportunity.created", "salesforce", "lead.synced_to_crm", HOUR, 7 * DAY,
                money=money, through=opportunity,
            ),
        )  # fmt: skip
        live(firm, Life(story, begin(firm, dice), dice), stages, ("lead.disqualified", "hubspot"))


def sign_contracts(firm: Firm, count: int) -> None:
    """So many contracts: some get an amendment, most a second rate card or several billing events."""
    for number in range(count):
        dice = firm.book.dice("contract", number)
        account = firm.accounts[number % len(firm.accounts)]
        contract = f"CTR-{dice.digits(4)}-{number:03d}"
        story = firm.book.story("contract-to-billing", "contract", [contract], account)
        signed = "contract.signed"
        card = ("rate_card", f"RC-{contract}")
        stages = [
            Stage(signed, "salesforce", money=Money(dice.money(20_000, 900_000), account.currency)),
            Stage("contract.confirmed", "netsuite", signed, 5 * MINUTE, 22 * HOUR, flow=True),
            Stage("rate_card.published", "kantata", signed, HOUR, 4 * DAY, through=card),
        ]
        if dice.chance(0.35):
            amendment = (("contract_amendment", (f"{contract}-A1",)),)
            changed = (("contract", "amended", "true"),)
            again = "contract_amendment.signed"
            stages += [
                Stage(again, "salesforce", signed, 5 * DAY, 70 * DAY, beside=amendment, facts=changed),
                Stage(
                    "contract_amendment.confirmed", "netsuite", again, MINUTE, 20 * HOUR, flow=True, beside=amendment
                ),
            ]
        stages += [
            Stage(
                "billing_event.scheduled", "netsuite", "contract.confirmed", HOUR, 6 * DAY,
                through=("billing_event", f"BS-{contract}-{event}"),
            )
            for event in range(dice.between(1, 3))
        ]  # fmt: skip
        life = Life(story, begin(firm, dice), dice, client(account))
        live(firm, life, stages, ("contract.terminated", "salesforce"))


def assign_people(firm: Firm, count: int) -> None:
    """So many requests for people."""
    for number in range(count):
        dice = firm.book.dice("assignment", number)
        project = firm.projects[number % len(firm.projects)]
        assignment = f"ASG-{dice.digits(5)}-{number:03d}"
        story = firm.book.story("resource-to-delivery", "assignment", [assignment], project.account)
        own_id = ""
        if dice.chance(0.4):
            own_id = f"77{dice.digits(4)}{number:03d}"
            story.ids.append(own_id)
        begins = begin(firm, dice)
        due = begins + dice.between(40, 150) * DAY if dice.chance(0.5) else None
        staffed, started = "assignment.staffed", "assignment.started"
        stages = (
            Stage("assignment.requested", "kantata"),
            Stage(
                staffed, "kantata", "assignment.requested", DAY, 16 * DAY,
                beside=(("resource", (f"1390{dice.digits(4)}",)),), may_lack=("resource",),
            ),
            Stage("assignment.synced_to_erp", "netsuite", staffed, MINUTE, 7 * HOUR, flow=True, own_id=own_id),
            Stage(started, "kantata", staffed, DAY, 11 * DAY, due=due),
            Stage("assignment.completed", "kantata", started, 5 * DAY, 120 * DAY),
        )  # fmt: skip
        around = (*client(project.account), ("project", (project.psa_id,)))
        live(firm, Life(story, begins, dice, around), stages, ("assignment.withdrawn", "kantata"))
