"""`GET /v1/data-quality`: what arrived and cannot be used as it is, from whom, and what its sender should do."""

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
from spanledger_api.moments import rfc3339, utc
from spanledger_api.openapi import documented, listed
from spanledger_api.parameters import Text

router = APIRouter(tags=["health"], dependencies=[WHOLE_TENANT])

Finding = Literal["no_step", "no_entity", "unreadable_value", "unattached", "rejected"]
PAGE: Final = 500
_BUSINESS: Final = "arrayExists(name -> startsWith(name, 'business.'), mapKeys(SpanAttributes))"
_ONE_COPY: Final = "LIMIT 1 BY TraceId, SpanId"
_WINDOW: Final = """
    Tenant = {tenant:String} AND StoredAt > {from:DateTime64(9, 'UTC')} AND StoredAt <= {until:DateTime64(9, 'UTC')}
"""
_FOUND: Final = f"""
    SELECT 'no_step' AS Finding, '' AS Detail, ServiceName, SpanName, StoredAt, TraceId, SpanId
    FROM (SELECT * FROM spans WHERE {_WINDOW} AND Step = '' AND {_BUSINESS} {_ONE_COPY})
    UNION ALL
    SELECT
        if(problem = 'step_without_entity', 'no_entity', 'unreadable_value') AS Finding,
        if(problem = 'step_without_entity', toString(Step), problem) AS Detail,
        ServiceName, SpanName, StoredAt, TraceId, SpanId
    FROM (SELECT * FROM spans WHERE {_WINDOW} AND notEmpty(Problems) {_ONE_COPY})
    ARRAY JOIN arrayMap(one -> toString(one), Problems) AS problem
    UNION ALL
    SELECT
        'unattached' AS Finding, concat(toString(u.Step), ': ', toString(u.Reason)) AS Detail,
        s.ServiceName AS ServiceName, s.SpanName AS SpanName, u.StoredAt AS StoredAt, u.TraceId AS TraceId, u.SpanId AS SpanId
    FROM (SELECT * FROM unattached FINAL WHERE {_WINDOW}) AS u
    LEFT JOIN (SELECT * FROM spans WHERE {_WINDOW} AND Step != '' {_ONE_COPY}) AS s
        ON s.TraceId = u.TraceId AND s.SpanId = u.SpanId
    UNION ALL
    SELECT 'rejected' AS Finding, toString(Reason) AS Detail, ServiceName, SpanName, StoredAt, TraceId, SpanId
    FROM rejected_spans WHERE {_WINDOW}
"""  # noqa: S608 - this module's own text; the values are bound
_GROUPED: Final = f"""
    SELECT
        Finding, Detail, toString(ServiceName) AS Service, toString(SpanName) AS Span, count() AS Spans,
        min(StoredAt) AS FirstSeen, max(StoredAt) AS LastSeen, argMax((TraceId, SpanId), (StoredAt, TraceId, SpanId)) AS Newest
    FROM ({_FOUND})
    $where
    GROUP BY Finding, Detail, Service, Span
    ORDER BY Spans DESC, Finding, Service, Span, Detail
    LIMIT {{limit:UInt64}}
"""  # noqa: S608 - as above
_TODO: Final[dict[str, str]] = {
    "no_step": "It has business attributes and no `business.step`: name the step, or let a definition match the span.",
    "no_entity": "It names a step and no entity: add `business.entity.<type>` for what the step is about.",
    "unreadable_value": "A business value cannot be read; `spanledger rejected list --flagged` shows it.",
    "unattached": "No transaction has taken it: `/v1/spans/{trace_id}/{span_id}/why` says what to send.",
    "rejected": "It has no valid ids and was not stored: mend the sender, then `spanledger rejected retry`.",
}


class DataQualityParameters(ListParameters):
    """Which findings, over how long."""

    hours: int = Field(default=24, ge=1, le=24 * 92)
    """The time before the clock that is looked at, in hours."""
    finding: list[Finding] = Field(default=[])
    """What is the matter."""
    service: list[Text] = Field(default=[], examples=[["boomi-invoice-post"]])
    """The service that sent it (`service.name`)."""
    limit: int | None = Field(default=None, ge=1, le=10_000)
    """At most so many lines. Default: 500, in a file all of them."""


class FindingView(BaseModel):
    """Spans of one sender of which the same is wrong."""

    finding: Finding
    detail: str | None = Field(
        description="The step, the fault or the reason, by the finding.", examples=["invoice.posted: no_link"]
    )
    service: str | None = Field(description="Who sent them.", examples=["boomi-invoice-post"])
    span: str | None = Field(description="Their name.", examples=["POST /invoice"])
    spans: int = Field(description="How many there are.", examples=[31])
    first_seen: datetime
    last_seen: datetime
    trace_id: str = Field(description="The newest of them.")
    span_id: str
    todo: str = Field(description="What their sender should do.")


class DataQualityAnswer(BaseModel):
    """What arrived and cannot be used as it is."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: Literal["then", "now"]
    since: datetime = Field(description="What was stored later than this counts.")
    items: list[FindingView] = Field(description="The most first.")


@router.get(
    "/v1/data-quality",
    response_model=DataQualityAnswer,
    summary="Health of data",
    responses=listed("data_quality") | documented(*ALWAYS, "not_acceptable", "too_many_rows"),
)
async def data_quality(desk: Desk, parameters: Annotated[DataQualityParameters, Query()]) -> Response:
    """Spans without a step, without an entity, with values that cannot be read, unattached or rejected, by sender."""

    def question(inquiry: Inquiry, wanted: int) -> Listing:
        answer = _find(inquiry, parameters, wanted)
        return flat_listing(
            answer, "data-quality", {"As of": rfc3339(answer.as_of), "Since": rfc3339(answer.since), "Times": "UTC"}
        )

    return await desk.answer_list(parameters, PAGE, question)


def _find(inquiry: Inquiry, parameters: DataQualityParameters, wanted: int) -> DataQualityAnswer:
    since = inquiry.moment - timedelta(hours=parameters.hours)
    clause = Where()
    clause.among(parameters, {"finding": "Finding", "service": "ServiceName"})
    values = {**clause.values, "from": bound_moment(since), "until": bound_moment(inquiry.moment), "limit": wanted}
    rows = inquiry.rows(_GROUPED.replace("$where", clause.sql), values)
    return DataQualityAnswer(as_of=inquiry.moment, known=inquiry.known, since=since, items=[_view(row) for row in rows])


def _view(row: dict[str, Any]) -> FindingView:
    trace_id, span_id = row["Newest"]
    return FindingView(
        finding=row["Finding"],
        detail=row["Detail"] or None,
        service=row["Service"] or None,
        span=row["Span"] or None,
        spans=row["Spans"],
        first_seen=utc(row["FirstSeen"]),
        last_seen=utc(row["LastSeen"]),
        trace_id=trace_id,
        span_id=span_id,
        todo=_TODO[row["Finding"]].replace("{trace_id}", trace_id).replace("{span_id}", span_id),
    )
