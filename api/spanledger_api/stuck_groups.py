"""`GET /v1/stuck/groups`: how much is stuck, grouped by owner, reason, client, age or whatever else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, get_args

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanledger_api import stuck
from spanledger_api.answering import ALWAYS, Desk
from spanledger_api.filters import bound_moment
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.ageing import AGES
from spanledger_api.lists.listing import Cell, Listing, ListParameters, about
from spanledger_api.lists.totalling import counted, numbers_of, totals_of
from spanledger_api.moments import Duration, duration
from spanledger_api.money import Total
from spanledger_api.openapi import documented, listed
from spanledger_api.parameters import SEVERITIES, Filters
from spanledger_api.stuck_order import AGE

router = APIRouter(tags=["stuck"])

Dimension = Literal[
    "process",
    "entity",
    "waiting_for",
    "reason",
    "owner",
    "severity",
    "impact",
    "legal_entity",
    "region",
    "client",
    "age",
]
PAGE: Final = 1000
_EXPRESSIONS: Final[dict[str, str]] = {
    "process": "Process",
    "entity": "RootType",
    "waiting_for": "WaitingFor",
    "reason": "WhyKind",
    "owner": "Owner",
    "severity": "Severity",
    "impact": "Impact",
    "legal_entity": "LegalEntity",
    "region": "Region",
    "client": "ClientName",
    "age": f"arrayCount(bound -> {AGE} >= bound * 86400, {{q_ages:Array(UInt32)}})",
}
_AGE_WORDS: Final = ("under 1 day", *(f"from {day} {'day' if day == 1 else 'days'}" for day in AGES))


class GroupsParameters(Filters, ListParameters):
    """What is stuck, and by what it is grouped."""

    by: list[Dimension] = Field(default=["owner"], max_length=len(get_args(Dimension)))
    """What to group by; repeat it for groups within groups."""
    limit: int | None = Field(default=None, ge=1, le=10_000)
    """At most so many groups. Default: 1000, in a file all of them."""


class GroupView(BaseModel):
    """What is stuck and alike."""

    group: dict[str, str | None] = Field(
        description="Its value for each dimension asked for; null where there is none.",
        examples=[{"owner": "finance-operations"}],
    )
    count: int = Field(examples=[12])
    by_severity: dict[str, int]
    totals: list[Total] = Field(description="Its money at stake; an entity's counts once in each group.")
    waiting_longest: Duration = Field(description="How long the one has waited that waits longest.")


class GroupsAnswer(BaseModel):
    """What is stuck at `as_of`, in groups."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    count: int = Field(description="How many match in all groups.")
    totals: list[Total] = Field(description="The money at stake over all groups, each entity's once.")
    items: list[GroupView] = Field(
        description="By the money asked for with `currency`, else by number; the most first."
    )


@router.get(
    "/v1/stuck/groups",
    response_model=GroupsAnswer,
    summary="What is stuck, in groups",
    responses=listed("stuck_groups")
    | documented(*ALWAYS, "currency_missing", "unknown_value", "not_acceptable", "too_many_rows"),
)
async def groups(desk: Desk, parameters: Annotated[GroupsParameters, Query()]) -> Response:
    """How many are stuck and how much money waits, by owner, reason, client, age or several of these."""
    if "client" in parameters.by:
        desk.principal.require("finance")
    dimensions = list(dict.fromkeys(parameters.by))

    def question(inquiry: Inquiry, wanted: int) -> Listing:
        answer = _find(inquiry, parameters, dimensions, wanted)
        return Listing(
            answer=answer,
            name="stuck-groups",
            columns=(
                *dimensions,
                "count",
                *SEVERITIES,
                "currency",
                "amount",
                "entities",
                "waiting_longest_seconds",
                "waiting_longest",
            ),
            lines=_lines,
            about=about(answer, parameters),
        )

    return await desk.answer_list(parameters, PAGE, question)


def _find(inquiry: Inquiry, parameters: GroupsParameters, dimensions: Sequence[str], wanted: int) -> GroupsAnswer:
    parameters.check(inquiry.catalogue)
    by = {f"By{place}": _EXPRESSIONS[name] for place, name in enumerate(dimensions)}
    weight = "mapFromArrays(Sums.1, Sums.2)[{q_currency:String}]" if parameters.currency else "Count"
    groups = counted("gathered", maps={"BySeverity": "Severity"}, by=by, age=AGE)
    sql = f"{groups} ORDER BY {weight} DESC, {', '.join(by)} LIMIT {{q_limit:UInt64}}"
    values: dict[str, Any] = {
        "q_moment": bound_moment(inquiry.moment),
        "q_ages": list(AGES),
        "q_limit": wanted,
        "q_currency": parameters.currency or "",
    }
    with stuck.gathering(inquiry, parameters):
        whole = inquiry.gathered(counted("gathered"))[0]
        rows = inquiry.gathered(sql, values)
    return GroupsAnswer(
        as_of=inquiry.moment,
        known=inquiry.known,
        count=whole["Count"],
        totals=totals_of(whole, parameters.currency),
        items=[_group(row, dimensions, parameters.currency) for row in rows],
    )


def _group(row: dict[str, Any], dimensions: Sequence[str], currency: str | None) -> GroupView:
    numbers = numbers_of(row, "BySeverity")
    return GroupView(
        group={name: _value(name, row[f"By{place}"]) for place, name in enumerate(dimensions)},
        count=row["Count"],
        by_severity={severity: numbers.get(severity, 0) for severity in SEVERITIES},
        totals=totals_of(row, currency),
        waiting_longest=duration(timedelta(seconds=row["Oldest"])),
    )


def _value(name: str, value: Any) -> str | None:
    return _AGE_WORDS[value] if name == "age" else value or None


def _lines(one: GroupView) -> Iterator[Mapping[str, Cell]]:
    flat: dict[str, Cell] = {
        **one.group,
        "count": one.count,
        **one.by_severity,
        "waiting_longest_seconds": one.waiting_longest.seconds,
        "waiting_longest": one.waiting_longest.text,
    }
    for total in one.totals:
        yield flat | {"currency": total.currency, "amount": Decimal(total.amount), "entities": total.entities}
    if not one.totals:
        yield flat | {"currency": None, "amount": None, "entities": None}
