"""A replay as answers show it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import get_args

from pydantic import BaseModel, Field

from spanledger_api.access.sight import HIDDEN
from spanledger_api.inquiry import Inquiry
from spanledger_api.moments import utc
from spanledger_api.replays import outcome
from spanledger_api.replays.evidence import Verdict
from spanledger_api.replays.replay import STATE_WORDS, Attempt, Event, Happening, Replay, State
from spanledger_api.verdict import transaction_links
from spanledger_correlator.wording import step_words


class AttemptView(BaseModel):
    """The attempt that it led to."""

    happened: datetime
    succeeded: bool
    trace_id: str | None = Field(description="Null where no span names the replay: then the step's own outcome counts.")
    span_id: str | None


class HappeningView(BaseModel):
    """Something that happened to it."""

    at: datetime
    event: str = Field(description=", ".join(f"`{one}`" for one in get_args(Event)) + ".")
    who: str
    why: str | None
    status: int | None = Field(description="The HTTP status that the endpoint answered with.", examples=[202])
    answer: str | None = Field(description="The beginning of what it said, or why nothing was heard.")


class ReplayItem(BaseModel):
    """An order to try a failed step again."""

    id: str = Field(examples=["0b0e6e0e-2f7c-4a53-9a7c-3f5d3c1f9f11"])
    state: State = Field(description=", ".join(f"`{state}`: {words}" for state, words in STATE_WORDS.items()) + ".")
    sentence: str = Field(description="All of it in one sentence.")
    exception: str = Field(description="The exception it was asked for, by its id then.")
    process: str = Field(examples=["invoice-to-cash"])
    transaction: str = Field(examples=["invoice-to-cash/INV-1042"])
    step: str = Field(examples=["invoice.posted"])
    legal_entity: str | None = Field(examples=["DE01"])
    endpoint: str = Field(description="Which endpoint it goes to.", examples=["netsuite-invoice-posting"])
    verdict: Verdict = Field(description="How risky it was found when it was asked for.")
    vouched: list[str] = Field(description="What whoever asked vouched for.")
    needs_approval: bool
    asked_by: str
    asked_at: datetime
    sent_at: datetime | None
    attempt: AttemptView | None = Field(description="The attempt that came of it; null while there is none.")
    link: str = Field(description="The replay with its history.")


class ReplayView(ReplayItem):
    """A replay with its history."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    transaction_link: str
    failed_trace_id: str = Field(description="The attempt that it repeats.")
    failed_span_id: str
    trace_id: str = Field(description="The trace that the order begins (`traceparent`).")
    history: list[HappeningView] = Field(description="What happened to it, oldest first.")


def items(inquiry: Inquiry, replays: Sequence[Replay]) -> list[ReplayItem]:
    """Replays with the states they have at the question's clock."""
    found = outcome.attempts(inquiry, replays)
    return [_item(one, found.get(one.order.replay_id), inquiry.moment) for one in replays]


def view(inquiry: Inquiry, replay: Replay) -> ReplayView:
    """One with its history."""
    order = replay.order
    return ReplayView(
        **items(inquiry, [replay])[0].model_dump(),
        as_of=inquiry.moment,
        transaction_link=transaction_links(order.process, order.root_type, order.root_id).transaction,
        failed_trace_id=order.failed_trace_id,
        failed_span_id=order.failed_span_id,
        trace_id=order.trace_id,
        history=[_happening(one, sees_texts=inquiry.principal.sees_money) for one in replay.happened],
    )


def _item(replay: Replay, attempt: Attempt | None, moment: datetime) -> ReplayItem:
    order, asked, sending = replay.order, replay.asked, replay.last("sending")
    state = replay.state(attempt, moment)
    transaction = f"{order.process}/{order.root_id}"
    shown = attempt if state in {"succeeded", "failed"} else None
    return ReplayItem(
        id=str(order.replay_id),
        state=state,
        sentence=f"{asked.who} asked to try *{step_words(order.step)}* of {transaction} again: {STATE_WORDS[state]}.",
        exception=order.exception_id,
        process=order.process,
        transaction=transaction,
        step=order.step,
        legal_entity=order.legal_entity or None,
        endpoint=order.endpoint,
        verdict=order.verdict,
        vouched=list(order.vouched),
        needs_approval=order.needs_approval,
        asked_by=asked.who,
        asked_at=utc(asked.at),
        sent_at=sending.at if sending else None,
        attempt=None
        if shown is None
        else AttemptView(
            happened=shown.happened,
            succeeded=shown.succeeded,
            trace_id=shown.trace_id or None,
            span_id=shown.span_id or None,
        ),
        link=f"/v1/replays/{order.replay_id}",
    )


def _happening(one: Happening, *, sees_texts: bool) -> HappeningView:
    return HappeningView(
        at=one.at,
        event=one.event,
        who=one.who,
        why=one.why or None,
        status=one.status or None,
        answer=(one.answer if sees_texts else HIDDEN) if one.answer else None,
    )
