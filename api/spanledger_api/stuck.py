"""`GET /v1/stuck`: which invoices are stuck, since when, for how much, why, and who must act."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanledger_api.answering import ALWAYS, Desk
from spanledger_api.filters import OPEN, bound_moment, where
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
from spanledger_api.verdict import COLUMNS

router = APIRouter(tags=["stuck"])

LONGEST_LIST = 10_000
PAGE = 100

_RANK = "indexOf(['critical', 'high', 'medium', 'low'], Severity)"
_FIRST_CURRENCY = "if(empty(Currencies), '', arraySort(Currencies)[1])"
AGE = "toInt64(dateDiff('second', ifNull(WaitingSince, StartedAt), {q_moment:DateTime64(9, 'UTC')}))"


class StuckParameters(Filters, ListParameters):
    """What is stuck, of which kind, whose, and for how much."""

    limit: int | None = Field(default=None, ge=1, le=LONGEST_LIST)
    """At most so many items, the worst first; totals are over all. Default: 100, in a file all of them."""
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
    items: list[StuckItem] = Field(description="Ranked by severity, then currency, then money times age.")
    notes: list[str] = Field(description="What to know about this answer.")


@router.get(
    "/v1/{entities}/stuck",
    response_model=StuckAnswer,
    summary="Which invoices are stuck",
    responses=listed("stuck", csv="stuck")
    | documented(*ALWAYS, "currency_missing", "unknown_value", "not_found", "not_acceptable", "too_many_rows"),
)
async def stuck_entities(desk: Desk, entities: str, parameters: Annotated[StuckParameters, Query()]) -> Response:
    """`/v1/invoices/stuck`, `/v1/projects/stuck`: the stuck list of one type of root entity, in the plural."""
    types = {plural(one): one for one in desk.services.inquiries.catalogue.root_types}
    if entities not in types:
        raise Refusal(f"No process is about `{shown(entities)}`.", code="not_found", hint=nearest(entities, types))
    narrowed = parameters.model_copy(update={"entity": [types[entities]]})
    return await desk.answer_list(
        narrowed, PAGE, lambda inquiry, wanted: listing(inquiry, narrowed, find(inquiry, narrowed, wanted))
    )


@router.get(
    "/v1/stuck",
    response_model=StuckAnswer,
    summary="What is stuck",
    responses=listed("stuck", csv="stuck")
    | documented(*ALWAYS, "currency_missing", "unknown_value", "not_acceptable", "too_many_rows"),
)
async def stuck(desk: Desk, parameters: Annotated[StuckParameters, Query()]) -> Response:
    """Open transactions that cannot move without someone: an overdue, failed, rejected or missing step.

    A file (`format`) has one line per item and currency.
    """
    return await desk.answer_list(
        parameters, PAGE, lambda inquiry, wanted: listing(inquiry, parameters, find(inquiry, parameters, wanted))
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
        longer=parameters.limit is None and answer.count > len(answer.items),
    )


def find(inquiry: Inquiry, parameters: StuckParameters, wanted: int = PAGE) -> StuckAnswer:
    """The answer at the inquiry's clock, with at most `wanted` items."""
    parameters.check(inquiry.catalogue)
    reporting = _reporting(inquiry, parameters)
    with gathering(inquiry, parameters):
        count, by_severity, totals = _totals(inquiry, parameters.currency)
        ageing = buckets(inquiry, parameters.currency, AGE) if count else []
        rows = _ranked(inquiry, parameters.currency, reporting, wanted) if count else []
    return StuckAnswer(
        as_of=inquiry.moment,
        known=inquiry.known,
        count=count,
        by_severity=by_severity,
        totals=totals,
        ageing=ageing,
        reporting=reporting.total(totals) if reporting else None,
        items=[item(row, inquiry, parameters.currency, reporting) for row in rows],
        notes=notes_on(inquiry, parameters, empty=not count),
    )


def _reporting(inquiry: Inquiry, parameters: StuckParameters) -> Reporting | None:
    wanted = parameters.reporting_currency
    return Reporting(wanted, inquiry.reading.rates) if wanted else None


def gathering(inquiry: Inquiry, parameters: Filters) -> AbstractContextManager[None]:
    """Judge what is asked for once; the totals and the ranking read the same rows."""
    clause = where(parameters, OPEN)
    clause.add("Stuck")
    sql = f"SELECT {COLUMNS} FROM verdicts {clause.sql}"  # noqa: S608 - expressions of this package; values are bound
    return inquiry.gathering(sql, clause.values, among="stuck")


def _totals(inquiry: Inquiry, currency: str | None) -> tuple[int, dict[str, int], list[Total]]:
    """How many match, how many of each severity, and their money per currency."""
    row = inquiry.gathered(counted("gathered", maps={"BySeverity": "Severity"}))[0]
    numbers = numbers_of(row, "BySeverity")
    return row["Count"], {severity: numbers.get(severity, 0) for severity in SEVERITIES}, totals_of(row, currency)


def _ranked(inquiry: Inquiry, currency: str | None, reporting: Reporting | None, limit: int) -> list[dict[str, Any]]:
    """The worst first: severity, then currency (what has no money last), then money times age, exact; ties by key.

    With a reporting currency, the money in it takes the place of the money by currency.
    """
    if reporting is not None:
        return _ranked_in(reporting, inquiry, currency, limit)
    money_currency = "{q_currency:String}" if currency else _FIRST_CURRENCY
    at_stake = f"OpenAmounts[indexOf(Currencies, {money_currency})]"
    weight = f"if(empty(Currencies), toDecimal256({AGE}, 9), toDecimal256({at_stake}, 9) * {AGE})"
    order = f"{_RANK}, empty(Currencies), {money_currency}, {weight} DESC, Process, RootId"
    values = {"q_moment": bound_moment(inquiry.moment), "q_limit": limit, "q_currency": currency or ""}
    return inquiry.gathered(f"SELECT * FROM gathered ORDER BY {order} LIMIT {{q_limit:UInt64}}", values)  # noqa: S608 - as above


def _ranked_in(reporting: Reporting, inquiry: Inquiry, currency: str | None, limit: int) -> list[dict[str, Any]]:
    """The worst first: severity, then converted money times age; what cannot be converted last."""
    rated = [(source, f"{rate:f}") for source, rate in reporting.rated if currency in {None, source}]
    has_rate = "arrayExists(held -> has({q_rated:Array(String)}, held), Currencies)"
    money = """arraySum((held, amount) -> toDecimal256(amount, 9) * toDecimal256OrZero(
        {q_rates:Array(String)}[indexOf({q_rated:Array(String)}, held)], 12), Currencies, OpenAmounts)"""
    order = f"{_RANK}, NOT {has_rate}, {money} * {AGE} DESC, Process, RootId"
    values = {
        "q_moment": bound_moment(inquiry.moment),
        "q_limit": limit,
        "q_rated": [source for source, _ in rated],
        "q_rates": [rate for _, rate in rated],
    }
    return inquiry.gathered(f"SELECT * FROM gathered ORDER BY {order} LIMIT {{q_limit:UInt64}}", values)  # noqa: S608 - as above
