"""`POST /v1/exceptions/actions`: the same about many exceptions at once."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StringConstraints

from spanledger_api.answering import ALWAYS, Desk, needs
from spanledger_api.exception import ActionRequest, act_on
from spanledger_api.inquiry import Inquiry
from spanledger_api.negotiation import require_json
from spanledger_api.openapi import documented, example
from spanledger_api.parameters import Clock
from spanledger_api.problems import Refusal, code_of

router = APIRouter(tags=["exceptions"])

MOST_AT_ONCE: Final = 500


class BulkRequest(ActionRequest):
    """What to do about several exceptions."""

    ids: list[Annotated[str, StringConstraints(min_length=1, max_length=2000)]] = Field(
        min_length=1, max_length=MOST_AT_ONCE, description="Which, by their `id`."
    )


class DoneView(BaseModel):
    """What became of one of them."""

    id: str
    done: bool
    code: str | None = Field(description="Why it was not done: the code of the refusal.", examples=["not_found"])
    detail: str | None = Field(description="The same in words.")


class BulkAnswer(BaseModel):
    """What became of each, in the order asked."""

    done: int = Field(description="How many it was done to.", examples=[2])
    items: list[DoneView]


@router.post(
    "/v1/exceptions/actions",
    dependencies=[needs("operator")],
    response_model=BulkAnswer,
    summary="Act on many exceptions",
    responses=example("bulk_actions") | documented(*ALWAYS, "not_json"),
)
async def act_on_many(desk: Desk, request: BulkRequest) -> Response:
    """The same for each of them, one after the other. What is refused for one says why, and the others are done."""
    require_json(desk.request)

    def question(inquiry: Inquiry) -> BulkAnswer:
        one = ActionRequest.model_validate(request.model_dump(exclude={"ids"}))
        items = [_done(inquiry, word, one) for word in dict.fromkeys(request.ids)]
        return BulkAnswer(done=sum(item.done for item in items), items=items)

    return await desk.answer(Clock(), question)


def _done(inquiry: Inquiry, word: str, request: ActionRequest) -> DoneView:
    try:
        act_on(inquiry, word, request)
    except Refusal as refusal:
        return DoneView(id=word, done=False, code=code_of(refusal), detail=refusal.message)
    return DoneView(id=word, done=True, code=None, detail=None)
