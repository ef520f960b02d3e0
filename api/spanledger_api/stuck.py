"""`GET /v1/stuck`: which invoices are stuck, since when, for how much, why, and who must act."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from spanledger_api import cursors
from spanledger_api.answering import ALWAYS, Desk
from spanledger_api.filters import OPEN, Where, where
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.ageing import AgeBucket, buckets
from spanledger_api.lists.listing import Listing, ListParameters, about
from spanledger_api.lists.totalling import counted, numbers_of, totals_of
from spanledger_api.money import Currency, Total
from spanledger_api.notes import notes_on
from spanledger_api.openapi import documented, listed
from spanledger_api.parameters import SEVERITIES, Filters
from spanledger_api.problems import Refusal, nearest, shown
from spanledger_api.reporting import Reporting, ReportingTotal
from spanledger_api.stuck_item import CSV_COLUMNS, StuckItem, item, lines
from spanledger_api.stuck_order import AGE, StuckSort, stuck_order
from spanledger_api.transactions import next_page
from spanledger_api.verdict import COLUMNS

router = APIRouter(tags=["stuck"])

LONGEST_LIST = 10_000
PAGE = 100
_GATHERED = """
    Process, RootType, RootId, Key, Severity, Impact, Owner, WhyKind, WhyErrorKind, WhySystem, WaitingFor, WaitingSince,
    StartedAt, LastActivityAt, DueAt, SlaState, SlaDueAt, LegalEntity, Region, ClientName, Currencies, OpenAmounts
"""
"""What totals, groups and orders read. The rest of a verdict is much more, and read for a page alone."""


class StuckParameters(Filters, ListParameters):
    """What is stuck, of which kind, whose, and for how much."""

    limit: int | None = Field(default=None, ge=1, le=LONGEST_LIST)
    """At most so many items on a page; totals are over all. Default: 100, in a file all of them."""
    sort: StuckSort = "rank"
    """The order: `rank` has the worst first; else by a field, with `-` the greatest first. What has no value stands last."""
    cursor: str | None = Field(default=None, min_length=1, max_length=4000)
    """Where the page begins, from `next` of the one before; the other parameters stay the same."""
    reporting_currency: Currency | None = None
    """Rank by money in this currency, and total it too: converted by the rates of the clock's day."""


class StuckAnswer(BaseModel):
    """What is stuck at `as_of`, the worst first."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str = Field(description="By what was known `then` or is known `now`.")
    count: int = Field(description="How many match; `items` may hold fewer.")
    by_severity: dict[str, int] = Field(description="How many match, by severity.")
    totals: list[Total] = Field(description="The money at stake over all that match.")
    ageing: list[AgeBucket] = Field(
        description="All that match by how long they have waited; empty buckets are left out."
    )
    reporting: ReportingTotal | None = Field(description="The totals in the reporting currency asked for.")
    items: list[StuckItem] = Field(
        description="In the order asked for; by default by severity, then currency, then money times age."
    )
    next: str | None = Field(description="The address of the next page; null on the last.")
    notes: list[str] = Field(description="What to know about this answer.")


@router.get(
    "/v1/{entities}/stuck",
    response_model=StuckAnswer,
    summary="Which invoices are stuck",
    responses=listed("stuck", csv="stuck")
    | documented(
        *ALWAYS, "currency_missing", "unknown_value", "cursor_invalid", "not_found", "not_acceptable", "too_many_rows"
    ),
)
async def stuck_entities(desk: Desk, entities: str, parameters: Annotated[StuckParameters, Query()]) -> Response:
    """`/v1/invoices/stuck`, `/v1/projects/stuck`: the stuck list of one type of root entity, in the plural."""
    types = {plural(one): one for one in desk.services.inquiries.catalogue.root_types}
    if entities not in types:
        raise Refusal(f"No process is about `{shown(entities)}`.", code="not_found", hint=nearest(entities, types))
    narrowed = parameters.model_copy(update={"entity": [types[entities]]})
    return await desk.answer_list(
        narrowed,
        PAGE,
        lambda inquiry, wanted: listing(inquiry, narrowed, find(inquiry, narrowed, desk.request, wanted)),
    )


@router.get(
    "/v1/stuck",
    response_model=StuckAnswer,
    summary="What is stuck",
    responses=listed("stuck", csv="stuck")
    | documented(*ALWAYS, "currency_missing", "unknown_value", "cursor_invalid", "not_acceptable", "too_many_rows"),
)
async def stuck(desk: Desk, parameters: Annotated[StuckParameters, Query()]) -> Response:
    """Open transactions that cannot move without someone: an overdue, failed, rejected or missing step.

    A file (`format`) has one line per item and currency.
    """
    return await desk.answer_list(
        parameters,
        PAGE,
        lambda inquiry, wanted: listing(inquiry, parameters, find(inquiry, parameters, desk.request, wanted)),
    )


def plural(entity_type: str) -> str:
    """`invoices`, `opportunities`: how an address names an entity type."""
    return f"{entity_type[:-1]}ies" if re.search("[^aeiou]y$", entity_type) else f"{entity_type}s"


def listing(inquiry: Inquiry, parameters: StuckParameters, answer: StuckAnswer) -> Listing:
    """The answer as a list that can be a file."""
    reporting = _reporting(inquiry, parameters)
    return Listing(
        answer=answer,
        name="stuck",
        columns=CSV_COLUMNS,
        lines=lambda one: lines(one, parameters.currency, reporting),
        about=about(answer, parameters),
        longer=parameters.limit is None and answer.next is not None,
    )


def find(inquiry: Inquiry, parameters: StuckParameters, request: Request, wanted: int = PAGE) -> StuckAnswer:
    """The answer at the inquiry's clock, with at most `wanted` items."""
    parameters.check(inquiry.catalogue)
    reporting = _reporting(inquiry, parameters)
    with gathering(inquiry, parameters):
        count, by_severity, totals = _totals(inquiry, parameters.currency)
        ageing = buckets(inquiry, parameters.currency, AGE) if count else []
        rows, cursor = _page(inquiry, parameters, reporting, wanted) if count else ([], None)
    return StuckAnswer(
        as_of=inquiry.moment,
        known=inquiry.known,
        count=count,
        by_severity=by_severity,
        totals=totals,
        ageing=ageing,
        reporting=reporting.total(totals) if reporting else None,
        items=[item(row, inquiry, parameters.currency, reporting) for row in rows],
        next=next_page(request, cursor) if cursor else None,
        notes=notes_on(inquiry, parameters, empty=not count),
    )


def _reporting(inquiry: Inquiry, parameters: StuckParameters) -> Reporting | None:
    wanted = parameters.reporting_currency
    return Reporting(wanted, inquiry.reading.rates) if wanted else None


def gathering(inquiry: Inquiry, parameters: Filters) -> AbstractContextManager[None]:
    """Judge what is asked for once; the totals and the ranking read the same rows."""
    clause = where(parameters, OPEN)
    clause.add("Stuck")
    sql = f"SELECT {_GATHERED} FROM verdicts {clause.sql}"  # noqa: S608 - expressions of this package; values are bound
    return inquiry.gathering(sql, clause.values, among="stuck")


def _totals(inquiry: Inquiry, currency: str | None) -> tuple[int, dict[str, int], list[Total]]:
    """How many match, how many of each severity, and their money per currency."""
    row = inquiry.gathered(counted("gathered", maps={"BySeverity": "Severity"}))[0]
    numbers = numbers_of(row, "BySeverity")
    return row["Count"], {severity: numbers.get(severity, 0) for severity in SEVERITIES}, totals_of(row, currency)


def _page(
    inquiry: Inquiry, parameters: StuckParameters, reporting: Reporting | None, wanted: int
) -> tuple[list[dict[str, Any]], str | None]:
    """The rows of a page, and the cursor of the next."""
    order = stuck_order(parameters.sort, inquiry.moment, parameters.currency, reporting)
    question = cursors.question_of(parameters.model_dump(exclude={"cursor", "limit", "format", "fields"}))
    clause = Where(values={"q_limit": wanted + 1, "q_currency": parameters.currency or ""})
    if parameters.cursor is not None:
        order.after(clause, cursors.decode(parameters.cursor, question, order.keys))
    sql = (
        f"SELECT Key, Process, RootId, {order.columns} FROM gathered {clause.sql} {order.sql} LIMIT {{q_limit:UInt64}}"  # noqa: S608 - expressions of this package; values are bound
    )
    places = inquiry.gathered(sql, {**clause.values, **order.values})
    more, places = len(places) > wanted, places[:wanted]
    keys = [(place["Process"], place["RootId"]) for place in places]
    sql = f"SELECT {COLUMNS} FROM verdicts WHERE Stuck AND (Process, RootId) IN {{q_keys:Array(Tuple(String, String))}}"  # noqa: S608 - likewise
    whole = {row["Key"]: row for row in inquiry.verdicts(sql, {"q_keys": keys}, "stuck")}
    # What has moved on in this very moment is stuck no more.
    rows = [whole[place["Key"]] for place in places if place["Key"] in whole]
    return rows, cursors.encode(question, order.position(places[-1])) if more else None
