"""`/v1/exceptions/{id}/replay`: whether its failed step can be tried again (GET), and the order to do so (POST)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from spanledger_api.access.principal import WHO
from spanledger_api.access.sight import HIDDEN
from spanledger_api.answering import ALWAYS, Desk, needs
from spanledger_api.exception import ActionRequest, note_action
from spanledger_api.inquiry import Inquiry
from spanledger_api.negotiation import require_json
from spanledger_api.openapi import documented, example
from spanledger_api.parameters import Clock
from spanledger_api.replays import ordering
from spanledger_api.replays.evidence import Evidence, Verdict, Vouchable
from spanledger_api.replays.item import ReplayView, view
from spanledger_api.replays.ordering import Plan
from spanledger_api.replays.sending import EndpointAnswer

router = APIRouter(tags=["replays"])

_FINDING = ("not_found", "already_resolved", "not_replayable", "no_replay_endpoint")


class AnswerView(BaseModel):
    """What the endpoint said when it was asked what it would do."""

    event: str = Field(description="`answered`, `unanswered` or `not_delivered`.")
    status: int | None = Field(description="The HTTP status.", examples=[200])
    text: str | None = Field(description="The beginning of what it said.")


class PlanView(BaseModel):
    """What a replay would be."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    exception: str = Field(examples=["invoice-to-cash/INV-1042~rejected_record~invoice.posted~20260318T094500Z"])
    transaction: str = Field(examples=["invoice-to-cash/INV-1042"])
    step: str = Field(examples=["invoice.posted"])
    verdict: Verdict = Field(description="The worst of what was found.")
    evidence: list[Evidence] = Field(description="What was found, the worst first.")
    endpoint: str = Field(description="Which endpoint it would go to.", examples=["netsuite-invoice-posting"])
    needs_approval: bool
    approval: str | None = Field(description="Why a second person must approve; null if nobody need.")
    under_way: str | None = Field(description="The address of the replay that is under way.")
    attempts: int = Field(description="How often the step was tried so far.", examples=[2])
    answer: AnswerView | None = Field(description="Of a dry run what the endpoint said, if it understands one.")


class ReplayRequest(BaseModel):
    """Who asks for a replay, and why."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    who: str = Field(default="", max_length=200, description=WHO, examples=["mia"])
    why: str = Field(min_length=1, max_length=4000, examples=["The period is open again."])
    vouched: list[Vouchable] = Field(
        default=[],
        max_length=10,
        description="What was found against it and is so no more, as whoever asks knows: `period_closed`. A second "
        "person must then approve.",
    )


class DryRunRequest(BaseModel):
    """What a dry run supposes."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    vouched: list[Vouchable] = Field(default=[], max_length=10, description="As when asking for the replay.")


@router.get(
    "/v1/exceptions/{exception_id:path}/replay",
    response_model=PlanView,
    summary="Whether it can be replayed",
    responses=example("replay_plan") | documented(*ALWAYS, *_FINDING),
)
async def whether(desk: Desk, exception_id: str, parameters: Annotated[Clock, Query()]) -> Response:
    """The verdict on trying an exception's failed step again, with the evidence, and who would have to approve."""
    dispatch = desk.services.dispatch

    def question(inquiry: Inquiry) -> PlanView:
        return _plan_view(inquiry, ordering.plan(inquiry, dispatch, exception_id), None)

    return await desk.answer(parameters, question)


@router.post(
    "/v1/exceptions/{exception_id:path}/replay/dry-run",
    dependencies=[needs("operator")],
    response_model=PlanView,
    summary="Ask what a replay would do",
    responses=example("replay_plan") | documented(*ALWAYS, *_FINDING, "replay_secret_missing", "not_json"),
)
async def dry_run(desk: Desk, exception_id: str, request: DryRunRequest) -> Response:
    """The verdict, and what the endpoint says it would do, if it understands a dry run. Nothing is begun."""
    require_json(desk.request)
    services = desk.services

    def question(inquiry: Inquiry) -> PlanView:
        planned = ordering.plan(inquiry, services.dispatch, exception_id, request.vouched)
        return _plan_view(inquiry, planned, ordering.rehearse(inquiry, services.dispatch, planned))

    return await desk.answer(Clock(), question, on=services.senders)


@router.post(
    "/v1/exceptions/{exception_id:path}/replay",
    dependencies=[needs("operator")],
    response_model=ReplayView,
    summary="Ask for a replay",
    responses=example("replay")
    | documented(*ALWAYS, *_FINDING, "replay_unsafe", "replay_under_way", "replay_secret_missing", "not_json"),
)
async def ask(desk: Desk, exception_id: str, request: ReplayRequest) -> Response:
    """Ask for a failed step to be tried again. What nobody need approve is sent at once, and the answer waits for the
    endpoint's; anything else waits for a second person.
    """
    require_json(desk.request)
    services = desk.services

    def question(inquiry: Inquiry) -> ReplayView:
        who = inquiry.principal.signature(request.who)
        replay = ordering.begin(inquiry, services.dispatch, exception_id, request.vouched, who, request.why)
        note_action(inquiry, exception_id, ActionRequest(action="ask_replay", who=request.who, why=request.why))
        return view(inquiry, replay)

    return await desk.answer(Clock(), question, on=services.senders)


def _plan_view(inquiry: Inquiry, planned: Plan, answer: EndpointAnswer | None) -> PlanView:
    target = planned.target
    under_way = target.under_way
    return PlanView(
        as_of=inquiry.moment,
        exception=target.exception_id,
        transaction=target.row["Key"],
        step=target.step,
        verdict=planned.verdict,
        evidence=list(planned.evidence),
        endpoint=target.rule.name,
        needs_approval=planned.approval is not None,
        approval=planned.approval,
        under_way=f"/v1/replays/{under_way.order.replay_id}" if under_way else None,
        attempts=len(target.facts.attempts),
        answer=None
        if answer is None
        else AnswerView(
            event=answer.event,
            status=answer.status or None,
            text=(answer.text if inquiry.principal.sees_money else HIDDEN) if answer.text else None,
        ),
    )
