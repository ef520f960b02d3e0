"""`GET /v1/replays`: every replay, the newest first; `GET /v1/replays/{id}`: one with its history."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanledger_api.answering import ALWAYS, LIST, Desk
from spanledger_api.filters import Where
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.whole import WholeListParameters
from spanledger_api.openapi import documented, example, listed
from spanledger_api.parameters import Clock, Text
from spanledger_api.problems import Refusal
from spanledger_api.replays import ledger
from spanledger_api.replays.item import ReplayItem, ReplayView, items, view
from spanledger_api.replays.replay import Replay, State

router = APIRouter(tags=["replays"])

PAGE = 100


class ReplaysParameters(WholeListParameters):
    """Which replays."""

    state: list[State] = Field(default=[])
    """In which state."""
    process: list[Text] = Field(default=[], examples=[["invoice-to-cash"]])
    """The process."""
    step: list[Text] = Field(default=[], examples=[["invoice.posted"]])
    """The step that is tried again."""
    who: list[Text] = Field(default=[], examples=[["mia"]])
    """Who asked."""


class ReplaysAnswer(BaseModel):
    """Replays, the newest first."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    count: int = Field(description="How many match.", examples=[1])
    items: list[ReplayItem]


@router.get(
    "/v1/replays",
    response_model=ReplaysAnswer,
    summary="Replays",
    responses=listed("replays") | documented(*LIST),
)
async def replays(desk: Desk, parameters: Annotated[ReplaysParameters, Query()]) -> Response:
    """Every replay that was asked for: its state, who asked, what was found, and the attempt that it led to."""

    def question(inquiry: Inquiry) -> ReplaysAnswer:
        clause = Where()
        clause.among(parameters, {"process": "Process", "step": "Step"})
        found = items(inquiry, ledger.listed(inquiry, clause))
        found = [one for one in found if not parameters.state or one.state in parameters.state]
        found = [one for one in found if not parameters.who or one.asked_by in parameters.who]
        return ReplaysAnswer(as_of=inquiry.moment, known=inquiry.known, count=len(found), items=found)

    return await desk.answer_whole(parameters, "replays", PAGE, question)


@router.get(
    "/v1/replays/{replay_id}",
    response_model=ReplayView,
    summary="One replay",
    responses=example("replay") | documented(*ALWAYS, "not_found"),
)
async def replay(desk: Desk, replay_id: UUID, parameters: Annotated[Clock, Query()]) -> Response:
    """A replay with everything that happened to it."""
    return await desk.answer(parameters, lambda inquiry: view(inquiry, find_replay(inquiry, replay_id)))


def find_replay(inquiry: Inquiry, replay_id: UUID) -> Replay:
    """A replay that the principal may see. Raises Refusal `not_found` if there is none."""
    found = ledger.find(inquiry, replay_id)
    if found is None:
        raise Refusal(f"There is no replay {replay_id}.", code="not_found", hint="`/v1/replays` lists all.")
    return found
