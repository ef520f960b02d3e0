"""`GET /v1/exceptions`: what is wrong and needs an owner, what was, and what people did about it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, model_validator

from spanledger.attributes import Impact
from spanledger_api import cursors
from spanledger_api.answering import ALWAYS, Desk
from spanledger_api.catalogue import Catalogue
from spanledger_api.cursors import not_one_of_ours
from spanledger_api.exception_item import ExceptionItem, State, item
from spanledger_api.filters import Where, bound_moment
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.ageing import AgeBucket, buckets
from spanledger_api.lists.flat import flat_listing
from spanledger_api.lists.listing import Listing, ListParameters, about
from spanledger_api.lists.totalling import counted, numbers_of, totals_of
from spanledger_api.money import Amount, Currency, Total
from spanledger_api.openapi import documented, listed
from spanledger_api.parameters import SEVERITIES, Text, refuse_without_currency
from spanledger_api.problems import refusal_of
from spanledger_api.transactions import next_page
from spanledger_correlator.definition.model import ExceptionKind, Severity

router = APIRouter(tags=["exceptions"])

_COLUMNS = {
    "process": "Process",
    "kind": "Kind",
    "step": "Step",
    "owner": "Owner",
    "severity": "Severity",
    "impact": "Impact",
    "legal_entity": "LegalEntity",
    "region": "Region",
    "client": "ClientName",
    "assigned": "Assignee",
    "state": "State",
}
PAGE = 50
_STOOD = "toInt64(dateDiff('second', Since, ifNull(Until, {q_moment:DateTime64(9, 'UTC')})))"
_RANK = "indexOf(['critical', 'high', 'medium', 'low'], Severity)"
_ORDER = f"({_RANK}, toUnixTimestamp64Nano(Since), concat(Subject, '~', Kind, '~', Step))"


class ExceptionsParameters(ListParameters):
    """Which exceptions, and which page of them. Repeat a parameter to allow several values."""

    process: list[Text] = Field(default=[], examples=[["invoice-to-cash"]])
    """The process."""
    kind: list[ExceptionKind] = Field(default=[])
    """What kind of problem it is."""
    step: list[Text] = Field(default=[], examples=[["invoice.posted"]])
    """The step it is about."""
    owner: list[Text] = Field(default=[], examples=[["finance-operations"]])
    """Who must act, by the definition."""
    severity: list[Severity] = Field(default=[])
    """How bad it is."""
    impact: list[Impact] = Field(default=[])
    """What it touches."""
    legal_entity: list[Text] = Field(default=[])
    """The company in whose books it is."""
    region: list[Text] = Field(default=[])
    """The region."""
    client: list[Text] = Field(default=[])
    """The client's name, or its account id where no name is known."""
    q: Text | None = Field(default=None, examples=["1042 posted"])
    """Words that its transaction's key, its client, step or system hold, in any case; all of them."""
    older_than_days: int | None = Field(default=None, ge=0, le=36_500)
    """Only what has stood for so many days or longer."""
    currency: Currency | None = None
    """Only what has money at stake in this currency; totals are then of this currency alone."""
    min_amount: Amount | None = None
    """At least so much at stake in `currency`, which must be given too."""
    assigned: list[Text] = Field(default=[], examples=[["mia"]])
    """To whom it was assigned last."""
    state: list[State] = Field(default=["open"])
    """`open`, `suppressed` or `resolved`."""
    limit: int | None = Field(default=None, ge=1, le=1000)
    """At most so many on a page. Default: 50, in a file all of them."""
    cursor: str | None = Field(default=None, min_length=1, max_length=4000)
    """Where the page begins, from `next` of the one before; the other parameters stay the same."""

    @model_validator(mode="after")
    def _need_a_currency(self) -> ExceptionsParameters:
        refuse_without_currency(self.min_amount, self.currency)
        return self

    def check(self, catalogue: Catalogue) -> None:
        """Refuse values that no definition declares. Raises Refusal `unknown_value`."""
        faults = [
            *catalogue.check("query.process", self.process, "process", catalogue.processes),
            *catalogue.check("query.step", self.step, "step", catalogue.steps),
            *catalogue.check("query.owner", self.owner, "owner", catalogue.owners),
        ]
        if faults:
            raise refusal_of(faults)


class ExceptionsAnswer(BaseModel):
    """One page of exceptions, with totals over all that match."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    count: int = Field(description="How many match; `items` are a page of them.")
    by_kind: dict[str, int] = Field(description="How many match, by kind.")
    by_severity: dict[str, int] = Field(description="How many match, by severity.")
    totals: list[Total] = Field(description="The money at stake of the transactions that have them, each once.")
    ageing: list[AgeBucket] = Field(
        description="All that match by how long they have stood; empty buckets are left out."
    )
    items: list[ExceptionItem] = Field(description="The worst first, of equals the oldest.")
    next: str | None = Field(description="The address of the next page; null on the last.")


@router.get(
    "/v1/exceptions",
    response_model=ExceptionsAnswer,
    summary="Exceptions",
    responses=listed("exceptions") | documented(*ALWAYS, "unknown_value", "cursor_invalid"),
)
async def exceptions(desk: Desk, parameters: Annotated[ExceptionsParameters, Query()]) -> Response:
    """Problems that need an owner: open ones, unless `state` asks for others."""

    def question(inquiry: Inquiry, wanted: int) -> Listing:
        answer = find(inquiry, parameters, desk.request, wanted)
        return flat_listing(
            answer, "exceptions", about(answer, parameters), longer=parameters.limit is None and answer.next is not None
        )

    return await desk.answer_list(parameters, PAGE, question)


def find(inquiry: Inquiry, parameters: ExceptionsParameters, request: Request, wanted: int) -> ExceptionsAnswer:
    """The page at the inquiry's clock, of at most `wanted` exceptions."""
    parameters.check(inquiry.catalogue)
    question = cursors.question_of(parameters.model_dump(exclude={"cursor", "limit", "format", "fields"}))
    behind = Where()
    if parameters.cursor is not None:
        _after(behind, cursors.decode(parameters.cursor, question, keys=2))
    with _gathering(inquiry, parameters):
        all_of_them = inquiry.gathered(counted("gathered", maps={"ByKind": "Kind", "BySeverity": "Severity"}))[0]
        ageing = buckets(inquiry, parameters.currency, _STOOD) if all_of_them["Count"] else []
        rows = inquiry.gathered(
            f"SELECT *, toString(Sort.1) AS Rank, toString(Sort.2) AS Began, Sort.3 AS Name FROM gathered {behind.sql} "  # noqa: S608 - expressions of this package; values are bound
            "ORDER BY Sort LIMIT {q_limit:UInt64}",
            {**behind.values, "q_limit": wanted + 1},
        )
    more, rows = len(rows) > wanted, rows[:wanted]
    by_severity = numbers_of(all_of_them, "BySeverity")
    last = cursors.Position(rows[-1]["Rank"], (rows[-1]["Began"], rows[-1]["Name"])) if more else None
    return ExceptionsAnswer(
        as_of=inquiry.moment,
        known=inquiry.known,
        count=all_of_them["Count"],
        by_kind=numbers_of(all_of_them, "ByKind"),
        by_severity={severity: by_severity.get(severity, 0) for severity in SEVERITIES},
        totals=totals_of(all_of_them, parameters.currency),
        ageing=ageing,
        items=[item(row, inquiry.moment) for row in rows],
        next=next_page(request, cursors.encode(question, last)) if last else None,
    )


def _gathering(inquiry: Inquiry, parameters: ExceptionsParameters) -> AbstractContextManager[None]:
    """Read what is asked for once; the totals and the page read the same rows."""
    clause = Where()
    clause.among(parameters, _COLUMNS)
    clause.words("concat(Subject, ' ', ClientName, ' ', Step, ' ', System)", parameters.q)
    clause.money("OpenAmounts", parameters.currency, parameters.min_amount)
    if parameters.older_than_days is not None:
        values = {"q_older": parameters.older_than_days, "q_moment": bound_moment(inquiry.moment)}
        clause.add(f"{_STOOD} >= {{q_older:UInt32}} * 86400", **values)
    sql = f"SELECT *, {_ORDER} AS Sort FROM exceptions {clause.sql}"  # noqa: S608 - as above
    return inquiry.gathering_exceptions(sql, clause.values)


def _after(clause: Where, position: cursors.Position) -> None:
    """Limit a page to the rows behind a position. Raises Refusal `cursor_invalid` if it is none of this order."""
    numbers = (position.value, position.keys[0])
    if not all(number.removeprefix("-").isdecimal() and len(number) <= 20 for number in numbers):
        raise not_one_of_ours()
    rank, began = (int(number) for number in numbers)
    if not (0 <= rank <= len(SEVERITIES) and -(2**63) <= began < 2**63):
        raise not_one_of_ours()
    clause.add(
        "(Sort.1, Sort.2, Sort.3) > ({q_rank:UInt64}, {q_began:Int64}, {q_name:String})",
        q_rank=rank,
        q_began=began,
        q_name=position.keys[1],
    )
