"""`GET /v1/integrations`: how each integration is doing, step by step: throughput, failures, latency, last seen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanledger_api.answering import ALWAYS, WHOLE_TENANT, Desk
from spanledger_api.filters import Where, bound_moment
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.flat import flat_listing
from spanledger_api.lists.listing import Listing, ListParameters
from spanledger_api.moments import Duration, duration, rfc3339, utc
from spanledger_api.openapi import documented, listed
from spanledger_api.parameters import Text

router = APIRouter(tags=["health"], dependencies=[WHOLE_TENANT])

PAGE: Final = 500
_STEPS: Final = """
    SELECT
        toString(ServiceName) AS Service, toString(System) AS System, toString(Step) AS Step, count() AS Spans,
        countIf(Outcome IN ('failure', 'rejected')) AS Failed,
        sumMapIf([if(ErrorKind = '', 'unknown', toString(ErrorKind))], [toUInt64(1)], Outcome IN ('failure', 'rejected')) AS Errors,
        countIf(Attempt > 1) AS Retries, countIf(ReplayOf != '') AS Replays,
        max(StoredAt) AS LastSeen,
        quantilesExact(0.5, 0.95, 0.99)(Duration) AS Took,
        quantilesExact(0.5, 0.95)(greatest(0, dateDiff('microsecond', Timestamp + toIntervalNanosecond(Duration), StoredAt))) AS Lag
    FROM
    (
        SELECT * FROM spans
        WHERE Tenant = {tenant:String} AND StoredAt > {from:DateTime64(9, 'UTC')}
            AND StoredAt <= {until:DateTime64(9, 'UTC')} AND Step != ''
        LIMIT 1 BY TraceId, SpanId
    )
    $where
    GROUP BY Service, System, Step
    ORDER BY Failed / Spans DESC, Spans DESC, Service, System, Step
    LIMIT {limit:UInt64}
"""


class IntegrationsParameters(ListParameters):
    """Which integrations, over how long."""

    hours: int = Field(default=24, ge=1, le=24 * 92)
    """The time before the clock that is looked at, in hours."""
    system: list[Text] = Field(default=[], examples=[["netsuite"]])
    """The system that a step happens in."""
    service: list[Text] = Field(default=[], examples=[["boomi-invoice-post"]])
    """The service that reports it (`service.name`)."""
    step: list[Text] = Field(default=[], examples=[["invoice.posted"]])
    """The step."""
    limit: int | None = Field(default=None, ge=1, le=10_000)
    """At most so many lines. Default: 500, in a file all of them."""


class IntegrationView(BaseModel):
    """A step as one service reports it."""

    service: str = Field(examples=["boomi-invoice-post"])
    system: str | None = Field(examples=["netsuite"])
    step: str = Field(examples=["invoice.posted"])
    spans: int = Field(description="How many were stored; each once, however often it was sent.", examples=[412])
    spans_per_hour: float = Field(examples=[17.2])
    failed: int = Field(description="How many failed or were rejected.", examples=[9])
    failed_percent: float = Field(examples=[2.2])
    errors: dict[str, int] = Field(description="The failures by kind of error.", examples=[{"timeout": 9}])
    retries: int = Field(description="Attempts after the first.")
    replays: int
    last_seen: datetime
    quiet: Duration = Field(description="From `last_seen` to the clock.")
    took_p50_ms: float = Field(description="How long a span lasts: the median.")
    took_p95_ms: float
    took_p99_ms: float
    lag_p50_ms: float = Field(description="From a span's end until it was stored: the median.")
    lag_p95_ms: float


class IntegrationsAnswer(BaseModel):
    """How the integrations are at `as_of`."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: Literal["then", "now"]
    since: datetime = Field(description="What was stored later than this counts.")
    items: list[IntegrationView] = Field(description="Those that fail most come first.")


@router.get(
    "/v1/integrations",
    response_model=IntegrationsAnswer,
    summary="Health of integrations",
    responses=listed("integrations") | documented(*ALWAYS, "not_acceptable", "too_many_rows"),
)
async def integrations(desk: Desk, parameters: Annotated[IntegrationsParameters, Query()]) -> Response:
    """Throughput, failures, retries, latency and lag by service, system and step.

    Who is silent although it should report stands in `/v1/sources`, whose spans are missing in `/v1/producers`.
    """

    def question(inquiry: Inquiry, wanted: int) -> Listing:
        answer = _find(inquiry, parameters, wanted)
        return flat_listing(
            answer, "integrations", {"As of": rfc3339(answer.as_of), "Since": rfc3339(answer.since), "Times": "UTC"}
        )

    return await desk.answer_list(parameters, PAGE, question)


def _find(inquiry: Inquiry, parameters: IntegrationsParameters, wanted: int) -> IntegrationsAnswer:
    since = inquiry.moment - timedelta(hours=parameters.hours)
    clause = Where()
    clause.among(parameters, {"system": "System", "service": "ServiceName", "step": "Step"})
    values = {**clause.values, "from": bound_moment(since), "until": bound_moment(inquiry.moment), "limit": wanted}
    rows = inquiry.rows(_STEPS.replace("$where", clause.sql), values)
    return IntegrationsAnswer(
        as_of=inquiry.moment,
        known=inquiry.known,
        since=since,
        items=[_view(row, inquiry.moment, parameters.hours) for row in rows],
    )


def _view(row: dict[str, Any], moment: datetime, hours: int) -> IntegrationView:
    last = utc(row["LastSeen"])
    took = [round(one / 1e6, 3) for one in row["Took"]]
    lag = [round(one / 1e3, 3) for one in row["Lag"]]
    return IntegrationView(
        service=row["Service"],
        system=row["System"] or None,
        step=row["Step"],
        spans=row["Spans"],
        spans_per_hour=round(row["Spans"] / hours, 2),
        failed=row["Failed"],
        failed_percent=round(100 * row["Failed"] / row["Spans"], 2),
        errors=dict(zip(*row["Errors"], strict=True)),
        retries=row["Retries"],
        replays=row["Replays"],
        last_seen=last,
        quiet=duration(moment - last),
        took_p50_ms=took[0],
        took_p95_ms=took[1],
        took_p99_ms=took[2],
        lag_p50_ms=lag[0],
        lag_p95_ms=lag[1],
    )
