"""`POST /v1/replays/{id}/actions`: approve a replay, refuse it, or take it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from spanledger_api.access.principal import WHO, Role
from spanledger_api.answering import ALWAYS, Desk
from spanledger_api.inquiry import Inquiry
from spanledger_api.negotiation import require_json
from spanledger_api.openapi import documented, example
from spanledger_api.parameters import Clock
from spanledger_api.replays import ordering
from spanledger_api.replays.approval import require_another
from spanledger_api.replays.item import ReplayView, view
from spanledger_api.replays.listing import find_replay

router = APIRouter(tags=["replays"])

Decision = Literal["approve", "refuse", "withdraw"]
_NEEDS: Final[Mapping[Decision, Role]] = {"approve": "approver", "refuse": "approver", "withdraw": "operator"}


class DecisionRequest(BaseModel):
    """What is decided, by whom, and why."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    action: Decision
    who: str = Field(default="", max_length=200, description=WHO, examples=["jonas"])
    why: str = Field(default="", max_length=4000)


@router.post(
    "/v1/replays/{replay_id}/actions",
    response_model=ReplayView,
    summary="Decide on a replay",
    responses=example("replay")
    | documented(
        *ALWAYS, "not_found", "already_resolved", "not_replayable", "no_replay_endpoint", "replay_unsafe", "same_person",
        "replay_decided", "replay_secret_missing", "not_json",
    ),
)  # fmt: skip
async def decide(desk: Desk, replay_id: UUID, request: DecisionRequest) -> Response:
    """`approve` (it is weighed once more and then sent), `refuse`, or `withdraw` a replay that waits.

    To approve and to refuse needs the role `approver`, and another person with another credential than whoever asked;
    to withdraw needs `operator`.
    """
    require_json(desk.request)
    desk.principal.require(_NEEDS[request.action])
    services = desk.services

    def question(inquiry: Inquiry) -> ReplayView:
        dispatch, who = services.dispatch, inquiry.principal.signature(request.who)
        replay = find_replay(inquiry, replay_id)
        match request.action:
            case "approve":
                replay = ordering.approve(inquiry, dispatch, replay, who, request.why)
            case "refuse":
                require_another(inquiry.principal, who, replay)
                replay = ordering.end(inquiry, dispatch, replay, "refused", who, request.why)
            case "withdraw":
                replay = ordering.end(inquiry, dispatch, replay, "withdrawn", who, request.why)
        return view(inquiry, replay)

    return await desk.answer(Clock(), question, on=services.senders)
