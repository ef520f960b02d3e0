"""`/v1/totals`: what systems say they have (POST a file of control totals), and how much of it spans show (GET)."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanledger_api.answering import ALWAYS, LIST, WHOLE_TENANT, Desk, needs
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.whole import WholeListParameters
from spanledger_api.money import plain
from spanledger_api.openapi import documented, example, listed
from spanledger_api.parameters import Parameters, Text
from spanledger_api.problems import Refusal
from spanledger_correlator.totals import Coverage, State, load
from spanledger_correlator.totals_file import TotalsInvalid, read_totals

PAGE = 1000

router = APIRouter(tags=["totals"], dependencies=[needs("finance"), WHOLE_TENANT])

LARGEST_FILE = 8 * 1024 * 1024


class TotalsParameters(WholeListParameters):
    """Which totals."""

    state: list[State] = Field(default_factory=list)
    """How a total stands: `covered`, `gap`, or `open` (its period is not over)."""


class LoadParameters(Parameters):
    """Where the file comes from."""

    file: Text = "totals.csv"
    """The file's name, as mistakes in it are told."""
    by: Text = Field(default="unknown", examples=["jane.doe"])
    """Who loads it; kept with every total."""


class CoverageView(BaseModel):
    """A total that a system states, beside what spans show of it."""

    system: str = Field(description="Who says so; empty for all systems.", examples=["netsuite"])
    step: str = Field(examples=["invoice.posted"])
    entity_type: str = Field(description="Instead of a step: the entities that any step of theirs happened to first.")
    period: str = Field(examples=["2026-10"])
    zone: str
    legal_entity: str = Field(description="Empty for all.", examples=["DE01"])
    state: State
    count: int | None = Field(description="How many the system has.")
    seen: int = Field(description="How many spans show.")
    missing: int = Field(description="How many the system has and no span shows.")
    unknown: int = Field(description="How many spans show beyond the system's.")
    coverage_percent: float | None = Field(description="The share of the system's that spans show.", examples=[98.84])
    currency: str
    amount: str | None = Field(description="What the system has, an exact decimal.")
    amount_seen: str | None
    amount_missing: str | None = Field(description="Below zero where spans show more.")
    owner: str
    loaded_at: datetime
    loaded_by: str
    file: str
    line: int


class TotalsAnswer(BaseModel):
    """The control totals that count, the newest period first."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    items: list[CoverageView]


class LoadedAnswer(BaseModel):
    """What was loaded."""

    loaded: int = Field(description="How many totals.")
    file: str
    by: str
    at: datetime


@router.get(
    "/v1/totals",
    response_model=TotalsAnswer,
    summary="How much of what systems have is seen",
    responses=listed("totals") | documented(*LIST),
)
async def totals(desk: Desk, parameters: Annotated[TotalsParameters, Query()]) -> Response:
    """Every control total that counts: seen, missing, unknown, and the share that spans show."""

    def question(inquiry: Inquiry) -> TotalsAnswer:
        found = inquiry.reading.flows.coverage()
        items = [_view(one) for one in found if not parameters.state or one.state in parameters.state]
        return TotalsAnswer(as_of=inquiry.moment, known=inquiry.known, items=items)

    return await desk.answer_whole(parameters, "totals", PAGE, question)


@router.post(
    "/v1/totals",
    response_model=LoadedAnswer,
    summary="Load control totals",
    responses=example("loaded_totals") | documented(*ALWAYS, "totals_invalid", "unsupported_media_type", "too_large"),
    openapi_extra={"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def load_totals(desk: Desk, parameters: Annotated[LoadParameters, Query()]) -> Response:
    """Keep the totals of a CSV file. Nothing is ever changed: of totals that speak of the same, the newest counts."""
    # Not what a page of another site can send without asking first.
    if desk.request.headers.get("content-type", "").partition(";")[0].strip().lower() != "text/csv":
        raise Refusal(
            "Control totals come as CSV.", code="unsupported_media_type", hint="Send `Content-Type: text/csv`."
        )
    body = bytearray()
    async for chunk in desk.request.stream():
        body += chunk
        if len(body) > LARGEST_FILE:
            raise Refusal("The file is larger than 8 MiB.", code="too_large", hint="Load it in parts.")

    def work() -> Response:
        try:
            text = bytes(body).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = body[: error.start].count(b"\n") + 1
            raise TotalsInvalid(
                f"{parameters.file}:{line}: the file is not UTF-8.", hint="Save it as UTF-8."
            ) from error
        found = read_totals(text, parameters.file, desk.principal.tenant)
        now = desk.services.inquiries.now()
        load(desk.services.inquiries.store, desk.principal.tenant, found, parameters.by, now)
        answer = LoadedAnswer(loaded=len(found), file=parameters.file, by=parameters.by, at=now)
        return Response(answer.model_dump_json(), media_type="application/json")

    return await asyncio.get_running_loop().run_in_executor(desk.services.threads, work)


def _view(coverage: Coverage) -> CoverageView:
    total = coverage.loaded.total
    return CoverageView(
        system=total.system,
        step=total.step,
        entity_type=total.entity,
        period=total.period,
        zone=total.zone,
        legal_entity=total.legal_entity,
        state=coverage.state,
        count=total.count,
        seen=coverage.seen,
        missing=coverage.missing,
        unknown=coverage.unknown,
        coverage_percent=None if coverage.coverage is None else round(float(coverage.coverage * 100), 2),
        currency=total.currency,
        amount=None if total.amount is None else plain(total.amount),
        amount_seen=None if coverage.amount_seen is None else plain(coverage.amount_seen),
        amount_missing=None if coverage.amount_missing is None else plain(coverage.amount_missing),
        owner=total.owner,
        loaded_at=coverage.loaded.at,
        loaded_by=coverage.loaded.by,
        file=total.file,
        line=total.line,
    )
