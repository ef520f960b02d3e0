"""`GET /v1/producers`: which processes sent spans, and which of their spans never came."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanledger_api.answering import LIST, WHOLE_TENANT, Desk
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.listing import LONGEST_FILE
from spanledger_api.lists.whole import WholeListParameters
from spanledger_api.openapi import documented, listed
from spanledger_correlator.sequences import Producer, State

PAGE = 1000

router = APIRouter(tags=["sources"], dependencies=[WHOLE_TENANT])


class ProducersParameters(WholeListParameters):
    """Which producers."""

    whole: bool = False
    """Every producer; without it, those that something is wrong with."""


class GapView(BaseModel):
    """Numbers of a sequence that never came."""

    first: int
    last: int
    since: datetime = Field(description="When a span behind them was there.")


class ProducerView(BaseModel):
    """A process that sent spans."""

    producer: str = Field(description="`business.producer.id`: one run of one process.")
    service: str = Field(examples=["invoice-posting"])
    system: str
    state: State = Field(
        description="`gap`: spans are missing; `unclosed`: quiet for a day, and it never said which span was its last; "
        "`closed`: it did; `running`."
    )
    first_seen: datetime
    last_seen: datetime
    last_number: int = Field(description="The highest number that is known of: so many spans it sent.")
    missing: int = Field(description="How many of them never came.")
    gaps: list[GapView]


class ProducersAnswer(BaseModel):
    """Producers, those with gaps first."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    items: list[ProducerView]


@router.get(
    "/v1/producers",
    response_model=ProducersAnswer,
    summary="Whose spans are missing",
    responses=listed("producers") | documented(*LIST),
)
async def producers(desk: Desk, parameters: Annotated[ProducersParameters, Query()]) -> Response:
    """Producers with missing numbers, or that ended without a close: a span that may be lost."""

    def question(inquiry: Inquiry) -> ProducersAnswer:
        found = inquiry.reading.flows.producers(everything=parameters.whole, limit=LONGEST_FILE + 1)
        return ProducersAnswer(as_of=inquiry.moment, known=inquiry.known, items=[_view(one) for one in found])

    return await desk.answer_whole(parameters, "producers", PAGE, question)


def _view(producer: Producer) -> ProducerView:
    return ProducerView(
        producer=producer.id,
        service=producer.service,
        system=producer.system,
        state=producer.state,
        first_seen=producer.first_seen,
        last_seen=producer.last_seen,
        last_number=producer.last_number,
        missing=producer.missing,
        gaps=[GapView(first=gap.first, last=gap.last, since=gap.since) for gap in producer.gaps],
    )
