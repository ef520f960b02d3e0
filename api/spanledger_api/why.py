"""Why a transaction is as it is, and why a span belongs to none: the evidence told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanledger_api import verdict
from spanledger_api.answering import ALWAYS, WHOLE_TENANT, Desk
from spanledger_api.budgets import meter
from spanledger_api.finding import find_transaction
from spanledger_api.inquiry import Inquiry
from spanledger_api.moments import utc
from spanledger_api.openapi import documented, example
from spanledger_api.parameters import Clock
from spanledger_api.problems import Refusal, shown
from spanledger_correlator.diagnosis import Diagnosis
from spanledger_correlator.story import story

router = APIRouter(tags=["evidence"])

_SPANS = """
    SELECT TraceId, SpanId, toString(Step) AS Step, toString(System) AS System, DueAt, least(OccurredAt, StoredAt) AS Happened
    FROM spans
    WHERE Tenant = {tenant:String} AND TraceId IN {traces:Array(String)}
        AND has({ids:Array(Tuple(String, String))}, (TraceId, SpanId))
    ORDER BY addNanoseconds(Timestamp, Duration) DESC, ContentHash DESC
    LIMIT 1 BY TraceId, SpanId
"""


class LineView(BaseModel):
    """One line of the story."""

    about: str = Field(
        description="`verdict`, `definition`, `waiting`, `deadline`, `sla`, `pause`, `severity`, `owner` or `evidence`.",
        examples=["severity"],
    )
    text: str = Field(examples=["Severity medium: `medium: {stuck: true}` is the first rule that holds."])


class WhyAnswer(BaseModel):
    """The evidence on one transaction."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    key: str = Field(examples=["invoice-to-cash/INV-1042"])
    redirected_from: str | None = Field(description="The key that was asked for, where its id is an alias.")
    story: list[LineView] = Field(description="What is the matter, by which rules, and why each span belongs here.")


class AttachedTo(BaseModel):
    """A transaction that the span belongs to."""

    transaction: str = Field(examples=["invoice-to-cash/INV-1042"])
    step: str = Field(examples=["invoice.posted"])
    rule: int = Field(description="The rule of stitching, 1 to 4.")
    key: str = Field(description="What the rule went by.", examples=["invoice INV-1042"])
    carrier_trace_id: str | None = Field(description="The span that carried the link, where one did.")
    carrier_span_id: str | None


class FindingView(BaseModel):
    """Something that keeps the span apart, or that its sender should know."""

    code: str = Field(description="What kind; stable.", examples=["no_link"])
    what: str
    do: str = Field(description="What to do about it.")


class SpanWhyAnswer(BaseModel):
    """Why a span belongs to transactions, or does not."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    trace_id: str
    span_id: str
    name: str = Field(examples=["POST /invoice"])
    service: str
    step: str | None = Field(description="The step that it names itself.")
    happened: datetime
    stored_at: datetime
    attached: list[AttachedTo]
    findings: list[FindingView]


@router.get(
    "/v1/transactions/{process}/{root_id:path}/why",
    response_model=WhyAnswer,
    summary="Why a transaction is as it is",
    responses=example("why") | documented(*ALWAYS, "not_found"),
)
async def transaction_why(desk: Desk, process: str, root_id: str, parameters: Annotated[Clock, Query()]) -> Response:
    """What it waits for and why, where its deadline comes from, which rules gave severity and owner, and for each span
    the rule, the key and the carrier that attached it.
    """
    return await desk.answer(parameters, lambda inquiry: why_transaction(inquiry, process, root_id))


@router.get(
    "/v1/spans/{trace_id}/{span_id}/why",
    dependencies=[WHOLE_TENANT],
    response_model=SpanWhyAnswer,
    summary="Why a span belongs to a transaction, or does not",
    responses=example("span_why") | documented(*ALWAYS, "not_found"),
)
async def span_why(desk: Desk, trace_id: str, span_id: str, parameters: Annotated[Clock, Query()]) -> Response:
    """For whoever integrates a system: what became of one span, and what to send so that it attaches."""
    return await desk.answer(parameters, lambda inquiry: why_span(inquiry, span_id, trace_id))


def why_transaction(inquiry: Inquiry, process: str, root_id: str) -> WhyAnswer:
    """The answer at the inquiry's clock."""
    found = find_transaction(inquiry, process, root_id, verdict.COLUMNS)
    row = found.row
    attachments = sorted(
        inquiry.reading.attachments(process, row["RootId"]),
        key=lambda one: (one["happened"], one["trace_id"], one["span_id"]),
    )
    definition = inquiry.catalogue.version(process, row["Version"])
    lines = story(row, definition, attachments, _spans(inquiry, attachments), inquiry.moment, meter(row, inquiry))
    return WhyAnswer(
        as_of=inquiry.moment,
        known=inquiry.known,
        key=row["Key"],
        redirected_from=found.redirected_from,
        story=[LineView(about=line.about, text=line.text) for line in lines],
    )


def why_span(inquiry: Inquiry, span_id: str, trace_id: str = "") -> SpanWhyAnswer:
    """The answer at the inquiry's clock; without a trace the span id alone must do.

    Raises Refusal `not_found` for no such span, or several without a trace.
    """
    found = inquiry.reading.diagnose(span_id.lower(), trace_id.lower())
    if isinstance(found, list):
        raise _not_one(span_id, trace_id, found)
    span = found.span
    return SpanWhyAnswer(
        as_of=inquiry.moment,
        known=inquiry.known,
        trace_id=span["TraceId"],
        span_id=span["SpanId"],
        name=span["SpanName"],
        service=span["ServiceName"],
        step=span["Step"] or None,
        happened=utc(span["Happened"]),
        stored_at=utc(span["StoredAt"]),
        attached=_attached(found),
        findings=[FindingView(code=one.code, what=one.what, do=one.do) for one in found.findings],
    )


def _attached(found: Diagnosis) -> list[AttachedTo]:
    return [
        AttachedTo(
            transaction=one["transaction"],
            step=one["step"],
            rule=one["rule"],
            key=one["key"].replace(":", " ", 1),
            carrier_trace_id=one["carrier_trace_id"] or None,
            carrier_span_id=one["carrier_span_id"] or None,
        )
        for one in found.attached
    ]


def _not_one(span_id: str, trace_id: str, traces: Sequence[str]) -> Refusal:
    if traces:
        what = f"Spans of {len(traces)} traces have the id `{shown(span_id)}`: {', '.join(traces[:5])}."
        return Refusal(what, code="not_found", hint="Say which: trace:span.")
    return Refusal(
        f"No span `{shown(f'{trace_id}:{span_id}' if trace_id else span_id)}` is stored.",
        code="not_found",
        hint="Check the ids (hex) and the tenant. A span that the collector refused is not stored, and its sender was told.",
    )


def _spans(inquiry: Inquiry, attachments: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The spans that carry evidence, and those of the transaction itself, which may state due dates."""
    ids = {(one["carrier_trace_id"], one["carrier_span_id"]) for one in attachments if one["carrier_span_id"]}
    ids |= {(one["trace_id"], one["span_id"]) for one in attachments[:200]}
    if not ids:
        return {}
    rows = inquiry.rows(_SPANS, {"traces": sorted({trace for trace, _ in ids}), "ids": sorted(ids)})
    return {(row["TraceId"], row["SpanId"]): row for row in rows}
