"""`GET /v1/transactions`: every transaction, filtered, sorted and in pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from spanledger_api import cursors
from spanledger_api.answering import ALWAYS, Desk
from spanledger_api.filters import Where, bound_moment, where
from spanledger_api.inquiry import Among, Inquiry
from spanledger_api.lists.flat import flat_listing
from spanledger_api.lists.listing import Listing, ListParameters, about
from spanledger_api.lists.totalling import counted, totals_of
from spanledger_api.moments import StartOfDayOrMoment
from spanledger_api.money import Total
from spanledger_api.notes import notes_on
from spanledger_api.openapi import documented, listed
from spanledger_api.parameters import Filters
from spanledger_api.sorting import Sort, order_of
from spanledger_api.verdict import COLUMNS, Summary, summary

router = APIRouter(tags=["transactions"])

PAGE = 50
Status = Literal["open", "completed", "failed", "cancelled"]


class TransactionsParameters(Filters, ListParameters):
    """Which transactions, in which order, which page."""

    status: list[Status] = Field(default=[])
    """The status."""
    stuck: bool | None = None
    """Only what is stuck, or only what is not."""
    started_from: StartOfDayOrMoment | None = None
    """Started at this moment or later; a date means its midnight, UTC."""
    started_before: StartOfDayOrMoment | None = None
    """Started earlier than this moment."""
    active_from: StartOfDayOrMoment | None = None
    """Last active at this moment or later."""
    sort: Sort = "-last_activity_at"
    """The order; with `-` the greatest first. `amount` needs a `currency`. What has no value stands last."""
    limit: int | None = Field(default=None, ge=1, le=1000)
    """At most so many on a page. Default: 50, in a file all of them."""
    totals: bool = False
    """Also count all that match, and add up their money by currency."""
    cursor: str | None = Field(default=None, min_length=1, max_length=4000)
    """Where the page begins, from `next` of the one before; the other parameters stay the same."""


class TransactionsAnswer(BaseModel):
    """One page of transactions."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    count: int | None = Field(description="How many match, if `totals` was asked for; `items` are a page of them.")
    totals: list[Total] = Field(description="The whole money of all that match, if it was asked for.")
    items: list[Summary]
    next: str | None = Field(description="The address of the next page; null on the last.")
    notes: list[str] = Field(description="What to know about this answer.")


@router.get(
    "/v1/transactions",
    response_model=TransactionsAnswer,
    summary="Transactions",
    responses=listed("transactions") | documented(*ALWAYS, "unknown_value", "currency_missing", "cursor_invalid"),
)
async def transactions(desk: Desk, parameters: Annotated[TransactionsParameters, Query()]) -> Response:
    """Transactions of every status, filtered and sorted. A page begins behind the last row of the one before.

    A row that changes while pages are read is where its new value puts it; give `as_of` for pages of one moment.
    """

    def question(inquiry: Inquiry, wanted: int) -> Listing:
        answer = find(inquiry, parameters, desk.request, wanted)
        return flat_listing(
            answer,
            "transactions",
            about(answer, parameters),
            longer=parameters.limit is None and answer.next is not None,
        )

    return await desk.answer_list(parameters, PAGE, question)


def find(inquiry: Inquiry, parameters: TransactionsParameters, request: Request, wanted: int) -> TransactionsAnswer:
    """The page at the inquiry's clock, of at most `wanted` transactions."""
    parameters.check(inquiry.catalogue)
    clause = _where(parameters)
    order = order_of(parameters.sort, parameters.currency)
    question = cursors.question_of(parameters.model_dump(exclude={"cursor", "limit", "format", "fields", "totals"}))
    among: Among = "stuck" if parameters.stuck else "open" if parameters.status == ["open"] else "all"
    all_of_them = None
    if parameters.totals:
        source = f"verdicts {clause.sql}"
        all_of_them = inquiry.verdicts(counted(source, "Amounts"), clause.values, among)[0]
    if parameters.cursor is not None:
        order.after(clause, cursors.decode(parameters.cursor, question, keys=1))
    sql = f"""
        SELECT {COLUMNS}, toString({order.expression}) AS SortValue
        FROM verdicts {clause.sql} {order.sql} LIMIT {{q_limit:UInt64}}
    """  # noqa: S608 - made of expressions of this package; the values are bound
    rows = inquiry.verdicts(sql, {**clause.values, "q_limit": wanted + 1}, among)
    more, rows = len(rows) > wanted, rows[:wanted]
    last = cursors.Position(rows[-1]["SortValue"], (rows[-1]["Key"],)) if more else None
    return TransactionsAnswer(
        as_of=inquiry.moment,
        known=inquiry.known,
        count=None if all_of_them is None else all_of_them["Count"],
        totals=[] if all_of_them is None else totals_of(all_of_them, parameters.currency),
        items=[summary(row, inquiry) for row in rows],
        next=next_page(request, cursors.encode(question, last)) if last else None,
        notes=notes_on(inquiry, parameters, empty=not rows and parameters.cursor is None),
    )


def next_page(request: Request, cursor: str) -> str:
    """The request's own address with another cursor."""
    others = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f"{request.url.path}?{urlencode([*others, ('cursor', cursor)])}"


def _where(parameters: TransactionsParameters) -> Where:
    clause = where(parameters)
    clause.among(parameters, {"status": "Status"})
    if parameters.stuck is not None:
        clause.add("Stuck" if parameters.stuck else "NOT Stuck")
    for name, condition in (
        ("started_from", "StartedAt >= {q_started_from:DateTime64(9, 'UTC')}"),
        ("started_before", "StartedAt < {q_started_before:DateTime64(9, 'UTC')}"),
        ("active_from", "LastActivityAt >= {q_active_from:DateTime64(9, 'UTC')}"),
    ):
        moment = getattr(parameters, name)
        if moment is not None:
            clause.add(condition, **{f"q_{name}": bound_moment(moment)})
    return clause
