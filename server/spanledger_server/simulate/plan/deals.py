"""Deals: won in the CRM, opened as a project in the PSA, known to the ERP, started by people."""

from __future__ import annotations

from dataclasses import dataclass, replace

from spanledger_server.simulate.plan.book import Share, Story, after
from spanledger_server.simulate.plan.courses import Course, carry_out, counted
from spanledger_server.simulate.plan.dice import Dice
from spanledger_server.simulate.plan.firm import Firm, Project
from spanledger_server.simulate.plan.instant import DAY, HOUR, MINUTE, SECOND
from spanledger_server.simulate.plan.occurrence import Channel, Money, Occurrence

PROCESS = "opportunity-to-project"
# How a project's first span says to which deal it belongs.
_NAMES_THE_DEAL, _NAMES_THE_SHORT_ID, _SAYS_NOTHING = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal before anything happens to it. The CRM shows its id in 18 characters, older interfaces in 15."""

    number: int
    crm_id: str
    project: Project
    money: Money
    story: Story
    dice: Dice
    manner: int

    @property
    def short_id(self) -> str:
        """The CRM's id in its 15 characters, which leave out the check."""
        return self.crm_id[:15]


def make_deals(firm: Firm, count: int) -> None:
    """Plan so many deals, at least one a client; now and then two are delivered as one project."""
    number = 0
    while number < count:
        deal = _deal(firm, number)
        number += 1
        deals = [deal]
        if number < count and deal.dice.chance(0.06):
            deals.append(_deal(firm, number, deal.project))
            number += 1
        _deliver(firm, deals)


def make_standing_projects(firm: Firm) -> None:
    """Every client has a project from before: hours are booked from the first day."""
    for number, account in enumerate(firm.accounts):
        firm.projects.append(Project(f"4186{number:04d}", f"570{number:04d}", account))


def _deal(firm: Firm, number: int, together_with: Project | None = None) -> Deal:
    dice = firm.book.dice("deal", number)
    account = together_with.account if together_with else firm.accounts[number % len(firm.accounts)]
    crm_id = f"006QH0000{dice.letters(3)}{number:03d}{dice.letters(3)}"
    return Deal(
        number=number,
        crm_id=crm_id,
        project=together_with or Project(f"4187{number:04d}", f"581{number:04d}", account),
        money=Money(dice.money(18_000, 420_000), account.currency),
        story=firm.book.story(PROCESS, "opportunity", [crm_id, crm_id[:15]], account),
        dice=dice,
        manner=dice.pick((_NAMES_THE_DEAL, _NAMES_THE_DEAL, _NAMES_THE_SHORT_ID, _SAYS_NOTHING)),
    )


def _deliver(firm: Firm, deals: list[Deal]) -> None:
    first, dice = deals[0], deals[0].dice
    shares: list[Share] = [(deal.story, None) for deal in deals]
    won_at = firm.working_time(dice, dice.between(firm.scope.start, firm.scope.end - DAY))
    won = [_won(firm, deal, won_at + number * 7 * MINUTE, len(deals) == 1) for number, deal in enumerate(deals)]
    last = won[-1]
    if last is None:
        return
    handover = firm.book.happen(
        after(
            last,
            Channel.HTTP,
            Occurrence(
                event=f"handover/{first.number}",
                system="boomi",
                name="project_handover.started",
                at=won_at + (len(deals) - 1) * 7 * MINUTE + dice.between(20, 480) * SECOND,
                step=False,
                legal_entity=first.project.account.legal_entity,
            ),
            lost=len(deals) > 1,
        )
    )
    if handover is None:
        return
    created = _created(firm, deals, handover, shares)
    if created.at is None or created.done is None:
        return
    synced = _synced(firm, deals, created.done, created.at, shares)
    if not firm.book.strikes_now("forgotten", dice):
        _go_on(firm, deals, created.at, shares, may_be_called_off=synced.at is not None)


def _won(firm: Firm, deal: Deal, at: int, alone: bool) -> Occurrence | None:
    account = deal.project.account
    return firm.book.happen(
        Occurrence(
            event=f"opportunity/{deal.crm_id}/won",
            system="salesforce",
            name="opportunity.won",
            at=at,
            transaction=f"{PROCESS}/{deal.crm_id}" if alone and deal.dice.chance(0.7) else "",
            entities=(("opportunity", (deal.crm_id,)), ("account", (account.crm_id,))),
            key=f"won-{deal.number}",
            money=deal.money,
            legal_entity=account.legal_entity,
        ),
        (deal.story, deal.money),
    )


def _created(firm: Firm, deals: list[Deal], handover: Occurrence, shares: list[Share]) -> Course:
    """The PSA opens the project. Its first span may name the deal, an older form of its id, or the project alone."""
    deal, project = deals[0], deals[0].project
    names_itself = ("project", (project.psa_id,))
    names_deals = ("opportunity", tuple(one.crm_id for one in deals))
    # Alone, the project's span needs the trace or the baggage to lead to the deal.
    manner = deal.manner if len(deals) == 1 and handover.follows else _NAMES_THE_DEAL
    done = after(
        handover,
        Channel.HTTP,
        Occurrence(
            event=f"workspace/{project.psa_id}/created",
            system="kantata",
            name="project.created",
            at=handover.at + deal.dice.between(90, 2400) * SECOND,
            entities=(names_deals, names_itself),
            key=f"handover-{deal.number}",
            legal_entity=project.account.legal_entity,
        ),
    )
    refused = replace(done, entities=(names_deals,))
    if manner == _NAMES_THE_SHORT_ID:
        done = replace(
            done,
            entities=(("opportunity", (deal.short_id,)), names_itself),
            aliases=(("opportunity", (deal.crm_id,)),),
        )
    elif manner == _SAYS_NOTHING:
        done = replace(done, entities=(names_itself,))
    course = carry_out(firm.book, deal.dice, done, shares, refused, retry_after=40 * MINUTE)
    if course.at is not None and manner == _SAYS_NOTHING:
        firm.book.happen(
            Occurrence(
                event=f"handover/{deal.number}/confirmed",
                system="boomi",
                name="project_handover.confirmed",
                at=course.at + deal.dice.between(1, 30) * HOUR,
                entities=(names_deals, names_itself),
            ),
            never_late=True,
        )
    return course


def _synced(firm: Firm, deals: list[Deal], created: Occurrence, created_at: int, shares: list[Share]) -> Course:
    """The ERP gets the project by the queue, and gives it a number of its own."""
    dice, project = deals[0].dice, deals[0].project
    job = firm.book.happen(
        after(
            created,
            Channel.QUEUE,
            Occurrence(
                event=f"project-sync/{project.psa_id}",
                system="boomi",
                name="project_sync.started",
                at=created_at + dice.between(11, 200) * MINUTE,
                step=False,
            ),
            lost=firm.book.strikes_now("lost_context", dice),
        )
    )
    if job is None:
        return Course(None, None)
    done = after(
        job,
        Channel.HTTP,
        Occurrence(
            event=f"job/{project.erp_id}/created",
            system="netsuite",
            name="project.synced_to_erp",
            at=created_at + dice.between(201, 300) * MINUTE,
            entities=(("project", (project.erp_id,)), ("account", (project.account.id_in_erp,))),
            aliases=(("project", (project.psa_id,)),),
            key=f"job-{project.psa_id}",
            legal_entity=project.account.legal_entity,
        ),
    )
    refused = replace(done, entities=(("project", (project.psa_id,)),), aliases=())
    if firm.book.strikes_now("late_alias", dice):
        done = replace(done, aliases=())
        firm.book.happen(
            Occurrence(
                event=f"project-map/{project.psa_id}",
                system="boomi",
                name="project.mapped",
                at=created_at + dice.between(6, 80) * HOUR,
                entities=(("project", (project.psa_id,)),),
                aliases=(("project", (project.erp_id,)),),
            ),
            never_late=True,
        )
    return carry_out(firm.book, dice, done, shares, refused, retry_after=20 * MINUTE)


def _go_on(firm: Firm, deals: list[Deal], created_at: int, shares: list[Share], *, may_be_called_off: bool) -> None:
    """People staff the project and start it, or the client calls it off."""
    dice, project = deals[0].dice, deals[0].project
    called_off = may_be_called_off and dice.chance(0.06)
    form = Occurrence(
        event=f"workspace/{project.psa_id}/{'cancelled' if called_off else 'activated'}",
        system="kantata",
        name="project.cancelled" if called_off else "project.activated",
        at=firm.working_time(dice, created_at + dice.between(2 if called_off else 1, 9) * DAY),
        entities=(("project", (project.psa_id,)),),
        key=f"start-{project.psa_id}",
        legal_entity=project.account.legal_entity,
    )
    if firm.book.happen(form, *counted(shares, None)) is not None and not called_off:
        firm.projects.append(project)
