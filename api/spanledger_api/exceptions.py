"""`GET /v1/exceptions`: what is wrong and needs an owner, what was, and what people did about it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from spanledger.attributes import Impact
from spanledger_api import cursors
from spanledger_api.answering import ALWAYS, Desk
from spanledger_api.catalogue import Catalogue
from spanledger_api.cursors import not_one_of_ours
from spanledger_api.exception_item import ExceptionItem, State, item
from spanledger_api.filters import Where
from spanledger_api.inquiry import Inquiry
from spanledger_api.money import Total, plain
from spanledger_api.openapi import documented, example
from spanledger_api.parameters import SEVERITIES, Clock, Text
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
    "assigned": "Assignee",
    "state": "State",
}
_RANK = "indexOf(['critical', 'high', 'medium', 'low'], Severity)"
_ORDER = f"({_RANK}, toUnixTimestamp64Nano(Since), concat(Subject, '~', Kind, '~', Step))"


class ExceptionsParameters(Clock):
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
    assigned: list[Text] = Field(default=[], examples=[["mia"]])
    """To whom it was assigned last."""
    state: list[State] = Field(default=["open"])
    """`open`, `suppressed` or `resolved`."""
    limit: int = Field(default=50, ge=1, le=1000)
    """At most so many on a page."""
    cursor: str | None = Field(default=None, min_length=1, max_length=4000)
    """Where the page begins, from `next` of the one before; the other parameters stay the same."""

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
    items: list[ExceptionItem] = Field(description="The worst first, of equals the oldest.")
    next: str | None = Field(description="The address of the next page; null on the last.")


@router.get(
    "/v1/exceptions",
    response_model=ExceptionsAnswer,
    summary="Exceptions",
    responses=example("exceptions") | documented(*ALWAYS, "unknown_value", "cursor_invalid"),
)
async def exceptions(desk: Desk, parameters: Annotated[ExceptionsParameters, Query()]) -> Response:
    """Problems that need an owner: open ones, unless `state` asks for others."""
    return await desk.answer(parameters, lambda inquiry: find(inquiry, parameters, desk.request))


def find(inquiry: Inquiry, parameters: ExceptionsParameters, request: Request) -> ExceptionsAnswer:
    """The page at the inquiry's clock."""
    parameters.check(inquiry.catalogue)
    question = cursors.question_of(parameters.model_dump(exclude={"cursor", "limit"}))
    behind = Where()
    if parameters.cursor is not None:
        _after(behind, cursors.decode(parameters.cursor, question, keys=2))
    with _gathering(inquiry, parameters):
        count, by_kind, by_severity, totals = _totals(inquiry)
        rows = inquiry.gathered(
            f"SELECT *, toString(Sort.1) AS Rank, toString(Sort.2) AS Began, Sort.3 AS Name FROM gathered {behind.sql} "  # noqa: S608 - expressions of this package; values are bound
            "ORDER BY Sort LIMIT {q_limit:UInt64}",
            {**behind.values, "q_limit": parameters.limit + 1},
        )
    more, rows = len(rows) > parameters.limit, rows[: parameters.limit]
    last = cursors.Position(rows[-1]["Rank"], (rows[-1]["Began"], rows[-1]["Name"])) if more else None
    return ExceptionsAnswer(
        as_of=inquiry.moment,
        known=inquiry.known,
        count=count,
        by_kind=by_kind,
        by_severity={severity: by_severity.get(severity, 0) for severity in SEVERITIES},
        totals=totals,
        items=[item(row, inquiry.moment) for row in rows],
        next=next_page(request, cursors.encode(question, last)) if last else None,
    )


def _gathering(inquiry: Inquiry, parameters: ExceptionsParameters) -> AbstractContextManager[None]:
    """Read what is asked for once; the totals and the page read the same rows."""
    clause = Where()
    for name, column in _COLUMNS.items():
        wanted = getattr(parameters, name)
        if wanted:
            clause.add(f"has({{q_{name}:Array(String)}}, {column})", **{f"q_{name}": list(wanted)})
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


def _totals(inquiry: Inquiry) -> tuple[int, dict[str, int], dict[str, int], list[Total]]:
    """How many match, by kind and by severity, and the money at stake per currency: an entity's counts once."""
    row: dict[str, Any] = inquiry.gathered("""
        SELECT
            sum(Items) AS Count,
            sumMap(Kinds.1, Kinds.2) AS ByKind,
            sumMap(Severities.1, Severities.2) AS BySeverity,
            sumMap(Money.1, Money.2) AS Sums,
            sumMap(Money.1, arrayMap(amount -> toUInt64(1), Money.1)) AS Holders
        FROM
        (
            SELECT
                count() AS Items,
                sumMap([Kind], [toUInt64(1)]) AS Kinds,
                sumMap([Severity], [toUInt64(1)]) AS Severities,
                maxMap(Currencies, OpenAmounts) AS Money
            FROM gathered
            GROUP BY RootType, RootId
        )
    """)[0]
    by_kind, by_severity, sums, holders = (
        dict(zip(*row[column], strict=True)) for column in ("ByKind", "BySeverity", "Sums", "Holders")
    )
    totals = [Total(currency=held, amount=plain(sums[held]), entities=holders[held]) for held in sorted(sums)]
    return row["Count"], by_kind, by_severity, totals
