"""`GET /v1/progress`: how far the correlator is, so that nobody takes an answer for complete that is not yet."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from spanledger_api.answering import ALWAYS, Desk, desk_of
from spanledger_api.inquiry import Inquiry
from spanledger_api.openapi import documented
from spanledger_api.parameters import Clock, Parameters, refuse_repeats
from spanledger_correlator.inbox import Inbox, bound

_MOST_AT_ONCE = 50_000

router = APIRouter(tags=["health"], dependencies=[Depends(desk_of), Depends(refuse_repeats)])

_WAITING = """
SELECT count() AS Waiting, min(StoredAt) AS Since
FROM spans
WHERE Tenant = {tenant:String}
    AND Batch IN {batches:Array(UUID)}
    AND StoredAt BETWEEN {first:DateTime64(9, 'UTC')} AND {last:DateTime64(9, 'UTC')}
"""


class NoParameters(Parameters):
    """The question takes none."""


class Progress(BaseModel):
    """What is stored and not yet in the transactions."""

    spans_waiting: int = Field(description="Spans that are stored and that no answer counts yet.", examples=[0])
    waiting_since: datetime | None = Field(description="When the oldest of them was stored; null if there is none.")


@router.get(
    "/v1/progress",
    response_model=Progress,
    summary="Is everything that is stored counted?",
    responses=documented(*ALWAYS),
)
async def progress(desk: Desk, _: Annotated[NoParameters, Query()]) -> Response:
    """The spans that are stored and not yet in the transactions; usually none, for a fifth of a second at most."""
    return await desk.answer(Clock(), find)


def find(inquiry: Inquiry) -> Progress:
    """The answer for the inquiry's tenant."""
    batches = [batch for group in Inbox(inquiry.store).groups(_MOST_AT_ONCE) for batch in group]
    if not batches:
        return Progress(spans_waiting=0, waiting_since=None)
    row = inquiry.rows(_WAITING, bound(batches))[0]
    waiting = row["Waiting"]
    return Progress(spans_waiting=waiting, waiting_since=row["Since"].replace(tzinfo=UTC) if waiting else None)
