"""The life of one object in the whole firm: what is done to it, by whom, how long each thing takes, what goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from spanledger_server.simulate.plan.book import Share, Story, after
from spanledger_server.simulate.plan.courses import Course, carry_out, counted
from spanledger_server.simulate.plan.dice import Dice
from spanledger_server.simulate.plan.firm import Firm
from spanledger_server.simulate.plan.instant import DAY, HOUR, MINUTE, next_working_time
from spanledger_server.simulate.plan.occurrence import Channel, Ids, Money, Occurrence, System
from spanledger_server.simulate.plan.refusals import APPROVAL_REFUSED

Named = tuple[tuple[str, Ids], ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a life: it happens `soonest` to `latest` nanoseconds after the step `of`, or after the life begins.

    A `flow` is handed on by the system of that step and may be refused, dropped or done twice there; other steps are
    people's. `own_id` is the number that the system gives the object. `beside` is named with it; `through` is the
    entity by which alone the system knows the object, where it does. `due` is the deadline that it states. `may_lack` names
    the facts (`account.tax_id`) and the types beside it that somebody may forget to fill in; `copied` says that its money
    or its fact comes from another system and may come wrongly.
    """

    step: str
    system: System
    of: str = ""
    soonest: int = 0
    latest: int = 0
    flow: bool = False
    money: Money | None = None
    facts: tuple[tuple[str, str, str], ...] = ()
    beside: Named = ()
    through: tuple[str, str] | None = None
    own_id: str = ""
    due: int | None = None
    retry_after: int = 25 * MINUTE
    also: tuple[Share, ...] = ()
    may_lack: tuple[str, ...] = ()
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Life:
    """An object before anything happens to it. `around` is what every span of it names beside it."""

    story: Story
    begins: int
    dice: Dice
    around: Named = ()

    @property
    def root_id(self) -> str:
        """Its first id."""
        return self.story.ids[0]

    @property
    def names(self) -> Named:
        """What its spans name."""
        return ((self.story.root, (self.root_id,)), *self.around)


def live(firm: Firm, life: Life, stages: Sequence[Stage], called_off: tuple[str, System] | None = None) -> None:
    """Plan the stages in their order; what nobody does, or what no system takes, stops all that follows from it.

    `called_off` is the step that ends a life early, in one of twenty.
    """
    courses: dict[str, Course] = {}
    for number, planned in enumerate(stages):
        stage = _as_told(firm, life, planned)
        before = courses.get(stage.of)
        if stage.of and (before is None or before.at is None):
            continue
        begins = life.begins if before is None or before.at is None else before.at
        at = begins + life.dice.between(stage.soonest, stage.latest)
        form = _form(life, stage, number, at)
        cause = before.done if before else None
        if stage.flow and cause is not None:
            courses[stage.step] = _handed_on(firm, life, stage, form, cause)
        else:
            courses[stage.step] = _by_people(firm, life, stage, form, before)
    if called_off is not None and life.dice.chance(0.05):
        name, system = called_off
        event = f"{life.root_id}/{name}"
        at = next_working_time(life.begins + life.dice.between(HOUR, 9 * DAY))
        form = Occurrence(event, system, name, at, entities=life.names, legal_entity=life.story.legal_entity)
        firm.book.happen(form, (life.story, None))


def _as_told(firm: Firm, life: Life, stage: Stage) -> Stage:
    """The stage with what is forgotten left out and what is copied wrongly changed."""
    if stage.may_lack and firm.book.strikes_now("lacking", life.dice):
        lost = life.dice.pick(stage.may_lack)
        facts = tuple(fact for fact in stage.facts if f"{fact[0]}.{fact[1]}" != lost)
        stage = replace(stage, facts=facts, beside=tuple(named for named in stage.beside if named[0] != lost))
    if stage.copied and firm.book.strikes_now("copied_wrongly", life.dice):
        if stage.money is not None:
            return replace(stage, money=Money(stage.money.amount + 10, stage.money.currency))
        return replace(stage, facts=tuple((kind, key, "unknown") for kind, key, _ in stage.facts))
    return stage


def _form(life: Life, stage: Stage, number: int, at: int) -> Occurrence:
    """The step as the system tells it where all goes well."""
    return Occurrence(
        event=f"{life.root_id}/{stage.step}/{number}",
        system=stage.system,
        name=stage.step,
        at=at,
        entities=(*life.names, *stage.beside, *((stage.through[0], (stage.through[1],)) for _ in "1" if stage.through)),
        attributes=stage.facts,
        key=f"{stage.step}-{life.root_id}-{number}",
        money=stage.money,
        due=stage.due,
        legal_entity=life.story.legal_entity,
    )


def _shares(life: Life, stage: Stage) -> list[Share]:
    return [(life.story, stage.money), *stage.also]


def _known_through(firm: Firm, life: Life, stage: Stage, form: Occurrence) -> Occurrence:
    """Now and then the span names the entity beside alone, and another span says whose it is."""
    if stage.through is None or stage.also or not life.dice.chance(0.3):
        return form
    through = (stage.through[0], (stage.through[1],))
    firm.book.happen(
        Occurrence(
            event=f"{form.event}/assigned",
            system="boomi",
            name=f"{stage.through[0]}.assigned",
            at=form.at + life.dice.between(1, 30) * HOUR,
            entities=((life.story.root, (life.root_id,)), through),
        ),
        never_late=True,
    )
    return replace(form, entities=(*life.around, through))


def _handed_on(firm: Firm, life: Life, stage: Stage, form: Occurrence, cause: Occurrence) -> Course:
    """A flow: the receiving system may call the object by a number of its own, which its refusals do not know yet."""
    book = firm.book
    local = cause.system == stage.system
    lost = not local and book.strikes_now("lost_context", life.dice)
    form = after(cause, Channel.LOCAL if local else Channel.QUEUE, form, lost=lost)
    form = _known_through(firm, life, stage, form)
    done = form
    if stage.own_id:
        root = life.story.root
        done = replace(form, entities=((root, (stage.own_id,)), *form.entities[1:]), aliases=((root, (life.root_id,)),))
    shares = _shares(life, stage)
    return carry_out(book, life.dice, done, shares, form, retry_after=stage.retry_after)


def _by_people(firm: Firm, life: Life, stage: Stage, form: Occurrence, before: Course | None) -> Course:
    """What people do on working days, forget, leave out, send back once, or do before its time."""
    book, dice = firm.book, life.dice
    at = next_working_time(form.at)
    if before is not None and before.at is not None:
        if book.strikes_now("forgotten", dice):
            return Course(None, None)
        if book.strikes_now("left_out", dice):
            return before
        if book.strikes_now("too_early", dice):
            at = before.at - dice.between(MINUTE, 5 * HOUR)
        elif book.strikes_now("sent_back", dice):
            returned = replace(
                form, event=f"{form.event}/returned", at=at, outcome="rejected", refusal=APPROVAL_REFUSED
            )
            book.happen(returned, *counted(_shares(life, stage), stage.money))
            if book.strikes_now("unrepaired", dice):
                return Course(None, None)
            form, at = replace(form, attempt=2), next_working_time(at + dice.between(1, 3) * DAY)
    form = _known_through(firm, life, stage, replace(form, at=at))
    done = book.happen(form, *_shares(life, stage))
    if done is None:
        return Course(None, None)
    again = replace(done, event=f"{form.event}/again", at=at + dice.between(1, 20) * HOUR, attempt=done.attempt + 1)
    if before is not None and book.strikes_now("duplicate_other_key", dice):
        book.happen(replace(again, key=f"{form.key}-2"), *_shares(life, stage))
    return Course(at, done)
