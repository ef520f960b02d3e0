"""`GET /v1/transactions/{process}/{root_id}/spans`: the spans behind a transaction, in time order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from spanledger_api import cursors
from spanledger_api.answering import LIST, Desk
from spanledger_api.filters import bound_moment
from spanledger_api.finding import find_transaction
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.flat import flat_listing
from spanledger_api.lists.listing import Listing, ListParameters
from spanledger_api.moments import EPOCH, rfc3339, utc
from spanledger_api.money import plain
from spanledger_api.openapi import documented, listed
from spanledger_api.transactions import next_page

router = APIRouter(tags=["transactions"])

_SPANS = """
    SELECT
        TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, Timestamp, Duration, StatusCode, StatusMessage,
        SpanAttributes, StoredAt, Step, System, Outcome, Amount, Currency, ErrorKind, ErrorCode, ErrorMessage,
        ErrorRetryable, Attempt, IdempotencyKey, Problems,
        least(OccurredAt, StoredAt) AS Happened, toString(toUnixTimestamp64Nano(Happened)) AS SortValue
    FROM
    (
        SELECT * FROM spans
        WHERE Tenant = {tenant:String} AND TraceId IN {traces:Array(String)}
            AND ({whole_traces:Bool} OR has({ids:Array(Tuple(String, String))}, (TraceId, SpanId)))
            AND StoredAt <= {known_until:DateTime64(9, 'UTC')}
        ORDER BY Timestamp + toIntervalNanosecond(Duration) DESC, ContentHash DESC, StoredAt
        LIMIT 1 BY TraceId, SpanId
    )
    WHERE Happened <= {moment:DateTime64(9, 'UTC')}
        AND (toUnixTimestamp64Nano(Happened), TraceId, SpanId) > ({after:Int64}, {after_trace:String}, {after_span:String})
    ORDER BY Happened, TraceId, SpanId
    LIMIT {limit:UInt64}
"""
"""Of differing copies of a span the one with the later end counts, then the one with the larger content hash."""
PAGE = 200
_BEFORE_ALL = cursors.Position(str(-(2**63)), ("", ""))


class SpansParameters(ListParameters):
    """Which spans, and which page of them."""

    whole_traces: bool = False
    """Also the other spans of the traces that the transaction's spans are in: the technical work underneath."""
    limit: int | None = Field(default=None, ge=1, le=1000)
    """At most so many on a page. Default: 200, in a file all of them."""
    cursor: str | None = Field(default=None, min_length=1, max_length=4000)
    """Where the page begins, from `next` of the one before; the other parameters stay the same."""


class SpanError(BaseModel):
    """What the system said."""

    kind: str | None = Field(examples=["closed_period"])
    code: str | None = Field(examples=["PERIOD_CLOSED"])
    message: str | None = Field(examples=["period closed"])
    retryable: bool | None


class SpanView(BaseModel):
    """A span."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    name: str = Field(examples=["POST /invoice"])
    kind: str = Field(examples=["Client"])
    service: str = Field(examples=["boomi-invoice-post"])
    started_at: datetime
    duration_ns: int
    happened: datetime = Field(description="The moment that counts: its end or `business.occurred_at`.")
    stored_at: datetime = Field(description="When it was accepted.")
    attached: bool = Field(description="Whether it is a step of this transaction; else it only shares a trace.")
    step: str | None = Field(examples=["invoice.posted"])
    system: str | None = Field(examples=["netsuite"])
    outcome: str | None = Field(examples=["rejected"])
    amount: str | None = Field(examples=["48200.00"])
    currency: str | None = Field(examples=["EUR"])
    status: str = Field(description="The span's own status.", examples=["Error"])
    status_message: str | None
    error: SpanError | None
    attempt: int | None
    idempotency_key: str | None
    attributes: dict[str, str] = Field(description="Every attribute as it was sent.")
    problems: list[str] = Field(description="What could not be read of it.")


class SpansAnswer(BaseModel):
    """One page of a transaction's spans."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    key: str = Field(description="The transaction.", examples=["invoice-to-cash/INV-1042"])
    items: list[SpanView]
    next: str | None = Field(description="The address of the next page; null on the last.")


@router.get(
    "/v1/transactions/{process}/{root_id:path}/spans",
    response_model=SpansAnswer,
    summary="A transaction's spans",
    responses=listed("spans") | documented(*LIST, "not_found", "cursor_invalid"),
)
async def transaction_spans(
    desk: Desk, process: str, root_id: str, parameters: Annotated[SpansParameters, Query()]
) -> Response:
    """The spans that are steps of a transaction, by when they happened; or the whole traces they are in."""

    def question(inquiry: Inquiry, wanted: int) -> Listing:
        answer = _page(inquiry, process, root_id, parameters, desk.request, wanted)
        about = {"As of": rfc3339(answer.as_of), "Transaction": answer.key, "Times": "UTC"}
        return flat_listing(answer, "spans", about, longer=parameters.limit is None and answer.next is not None)

    return await desk.answer_list(parameters, PAGE, question)


def _page(
    inquiry: Inquiry, process: str, root_id: str, parameters: SpansParameters, request: Request, wanted: int
) -> SpansAnswer:
    if parameters.whole_traces:
        # A trace may lead through processes that the principal does not see.
        inquiry.principal.require_whole_tenant()
    found = find_transaction(inquiry, process, root_id, "Process, RootId, Key")
    attachments = inquiry.reading.attachments(process, found.row["RootId"])
    attached = set(span_ids(attachments))
    question = cursors.question_of(
        parameters.model_dump(exclude={"cursor", "limit", "format", "fields"}) | {"key": found.row["Key"]}
    )
    after = _BEFORE_ALL if parameters.cursor is None else cursors.decode(parameters.cursor, question, keys=2)
    if not _is_int64(after.value):
        raise cursors.not_one_of_ours()
    if parameters.whole_traces:
        rows = _read(inquiry, [], sorted({trace for trace, _ in attached}), after, wanted + 1)
    else:
        ids = span_ids(window(attachments, after, wanted + 1))
        rows = _read(inquiry, ids, sorted({trace for trace, _ in ids}), after, wanted + 1)
    more, rows = len(rows) > wanted, rows[:wanted]
    last = rows[-1] if more else None
    position = cursors.Position(last["SortValue"], (last["TraceId"], last["SpanId"])) if last else None
    return SpansAnswer(
        as_of=inquiry.moment,
        known=inquiry.known,
        key=found.row["Key"],
        items=[span_view(row, attached=(row["TraceId"], row["SpanId"]) in attached) for row in rows],
        next=next_page(request, cursors.encode(question, position)) if position else None,
    )


def span_ids(attachments: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The identities of a transaction's spans."""
    return [(one["trace_id"], one["span_id"]) for one in attachments]


def window(attachments: Iterable[Mapping[str, Any]], after: cursors.Position, count: int) -> list[Mapping[str, Any]]:
    """The attachments among which the `count` spans behind a position are: no more identities are bound than it needs.

    Python keeps times to the microsecond, so the microseconds at either end are taken in whole.
    """
    start = EPOCH + timedelta(microseconds=int(after.value) // 1000)
    times = sorted(((utc(one["happened"]), one) for one in attachments), key=lambda pair: pair[0])
    begin = bisect_left(times, start, key=lambda pair: pair[0])
    enough = bisect_right(times, start, key=lambda pair: pair[0]) + count
    end = bisect_right(times, times[enough - 1][0], key=lambda pair: pair[0]) if enough <= len(times) else len(times)
    return [one for _, one in times[begin:end]]


def read(inquiry: Inquiry, ids: list[tuple[str, str]]) -> list[Mapping[str, Any]]:
    """The spans of these identities as rows in time order, each identity's winning copy."""
    return _read(inquiry, ids, sorted({trace for trace, _ in ids}), _BEFORE_ALL, len(ids))


def _read(
    inquiry: Inquiry, ids: list[tuple[str, str]], traces: list[str], after: cursors.Position, limit: int
) -> list[Mapping[str, Any]]:
    """At most `limit` spans of the traces behind a position; without `ids` all of the traces' spans count."""
    values = {
        "ids": ids,
        "traces": traces,
        "whole_traces": not ids,
        "known_until": bound_moment(inquiry.known_until),
        "moment": bound_moment(inquiry.moment),
        "after": after.value,
        "after_trace": after.keys[0],
        "after_span": after.keys[1],
        "limit": limit,
    }
    return inquiry.spans(_SPANS, values) if traces else []


def span_view(row: Mapping[str, Any], *, attached: bool) -> SpanView:
    """A row of `read` as answers show it."""
    error = SpanError(
        kind=row["ErrorKind"] or None,
        code=row["ErrorCode"] or None,
        message=row["ErrorMessage"] or None,
        retryable=row["ErrorRetryable"],
    )
    return SpanView(
        trace_id=row["TraceId"],
        span_id=row["SpanId"],
        parent_span_id=row["ParentSpanId"] or None,
        name=row["SpanName"],
        kind=row["SpanKind"],
        service=row["ServiceName"],
        started_at=utc(row["Timestamp"]),
        duration_ns=row["Duration"],
        happened=utc(row["Happened"]),
        stored_at=utc(row["StoredAt"]),
        attached=attached,
        step=row["Step"] or None,
        system=row["System"] or None,
        outcome=row["Outcome"] or None,
        amount=None if row["Amount"] is None else plain(row["Amount"]),
        currency=row["Currency"] or None,
        status=row["StatusCode"],
        status_message=row["StatusMessage"] or None,
        error=error if any(value is not None for value in error.model_dump().values()) else None,
        attempt=row["Attempt"] or None,
        idempotency_key=row["IdempotencyKey"] or None,
        attributes=row["SpanAttributes"],
        problems=list(row["Problems"]),
    )


def _is_int64(text: str) -> bool:
    try:
        return -(2**63) <= int(text) < 2**63
    except ValueError:
        return False
