"""`GET /v1/sla/burn`: how much of the error budget of each process or step is used, and how fast it burns.

A case is decided when it is done in time, or when its deadline passes without. The objective says which share of the
decided cases shall be in time; the rest is the error budget. A burn rate of 1 uses exactly the budget; the two levels are
those of the SRE Workbook (Google, 2018, chapter 5), with its windows of days, as business cases come by the hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanledger_api.answering import LIST, Desk
from spanledger_api.filters import bound_moment, where
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.listing import LONGEST_FILE
from spanledger_api.lists.whole import SortedListParameters
from spanledger_api.notes import notes_on
from spanledger_api.openapi import documented, listed
from spanledger_api.parameters import Filters
from spanledger_correlator.definition.model import OBJECTIVE

router = APIRouter(tags=["sla"])

BurnState = Literal["exhausted", "fast", "slow", "fine"]
Dimension = Literal["owner", "legal_entity"]
WINDOWS: Final[Mapping[str, timedelta]] = {
    "burn_1h": timedelta(hours=1),
    "burn_6h": timedelta(hours=6),
    "burn_1d": timedelta(days=1),
    "burn_3d": timedelta(days=3),
}
FAST: Final = 6.0
"""Over six hours and the last one: a budget of thirty days is gone in five."""
SLOW: Final = 1.0
"""Over three days and the last six hours: the budget will not last."""
_DIMENSIONS: Final[Mapping[Dimension, str]] = {"owner": "Owner", "legal_entity": "LegalEntity"}
_CASES: Final = {
    "transactions": """
        SELECT Process, Owner, LegalEntity, '' AS Step, SlaState AS State, if(State = 'met', ClosedAt, SlaDueAt) AS At
        FROM {verdicts}
    """,
    "steps": """
        SELECT Process, Owner, LegalEntity, Step, State, if(State = 'met', DoneAt, DueAt) AS At FROM {verdicts}
        ARRAY JOIN StepNames AS Step, StepSlaState AS State, StepDoneAt AS DoneAt, StepDeadline AS DueAt
    """,
}


class BurnParameters(Filters, SortedListParameters):
    """What is counted, over how long, and by what."""

    of: Literal["transactions", "steps"] = "transactions"
    """Whole transactions by their SLA, or their steps by their deadlines."""
    days: int = Field(default=30, ge=1, le=400)
    """The error budget is that of so many days up to the clock."""
    by: list[Dimension] = Field(default=[], examples=[["legal_entity"]])
    """One line for each of these, beside process and step."""


class Burn(BaseModel):
    """The error budget of a process or step. A dimension that was not asked for, or that is not known, is null."""

    process: str = Field(examples=["invoice-to-cash"])
    step: str | None = Field(examples=["invoice.posted"])
    owner: str | None = Field(examples=["finance-operations"])
    legal_entity: str | None = Field(examples=["DE01"])
    state: BurnState = Field(
        description="`exhausted`: more were late than may be. `fast`: the last six hours and the last hour burn at 6 or "
        "more. `slow`: the last three days and the last six hours burn at 1 or more. Else `fine`."
    )
    objective: float = Field(description="The share that shall be in time, 0 to 1.", examples=[0.95])
    decided: int = Field(description="How many were done in time or became late in these days.", examples=[120])
    late: int = Field(description="How many of them became late.", examples=[3])
    attainment: float | None = Field(description="The share in time; null if none was decided.", examples=[0.975])
    budget: float = Field(description="How many of the decided may be late.", examples=[6.0])
    used: float | None = Field(description="`late` as a share of `budget`; null if none was decided.", examples=[0.5])
    burn_1h: float | None = Field(description="The burn rate of the last hour; null if nothing was decided in it.")
    burn_6h: float | None = Field(description="That of the last six hours.")
    burn_1d: float | None = Field(description="That of the last day.")
    burn_3d: float | None = Field(description="That of the last three days.", examples=[1.2])


class BurnAnswer(BaseModel):
    """Error budgets at `as_of`."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    since: datetime = Field(description="Where the days of the budget begin.")
    items: list[Burn] = Field(description="The most used first.")
    notes: list[str] = Field(description="What to know about this answer.")


@router.get(
    "/v1/sla/burn",
    response_model=BurnAnswer,
    summary="Error budgets and how fast they burn",
    responses=listed("sla_burn") | documented(*LIST, "currency_missing"),
)
async def burn(desk: Desk, parameters: Annotated[BurnParameters, Query()]) -> Response:
    """What of each error budget is used, and at which rate it burns. An SLA's `objective` says how many may be late."""
    return await desk.answer_whole(parameters, "sla-burn", LONGEST_FILE, lambda inquiry: find(inquiry, parameters))


def find(inquiry: Inquiry, parameters: BurnParameters) -> BurnAnswer:
    """The answer at the inquiry's clock."""
    parameters.check(inquiry.catalogue)
    clause = where(parameters)
    since = inquiry.moment - timedelta(days=parameters.days)
    columns = [f"{name} AS {key}" if key in parameters.by else f"'' AS {key}" for key, name in _DIMENSIONS.items()]
    starts = {"all": since} | {name: inquiry.moment - length for name, length in WINDOWS.items()}
    counts = [
        f"countIf(At > {{q_{name}:DateTime64(9, 'UTC')}}{late}) AS {what}_{name}"
        for name in starts
        for what, late in (("decided", ""), ("late", " AND State != 'met'"))
    ]
    cases = _CASES[parameters.of].format(verdicts=f"(SELECT * FROM verdicts {clause.sql})")  # noqa: S608 - as below
    sql = f"""
        SELECT Process, Step, {", ".join([*columns, *counts])}
        FROM ({cases})
        WHERE State IN ('met', 'met_late', 'breached') AND At > {{q_all:DateTime64(9, 'UTC')}}
            AND At <= {{q_moment:DateTime64(9, 'UTC')}}
        GROUP BY Process, Step, {", ".join(_DIMENSIONS)}
    """  # noqa: S608 - made of expressions of this module; the values are bound
    bound = {f"q_{name}": bound_moment(moment) for name, moment in starts.items()}
    rows = inquiry.verdicts(sql, clause.values | bound | {"q_moment": bound_moment(inquiry.moment)})
    items = [_item(row, _objective(inquiry, row["Process"])) for row in rows]
    items.sort(key=lambda one: (-(one.used or 0), one.process, one.step or "", one.owner or "", one.legal_entity or ""))
    return BurnAnswer(
        as_of=inquiry.moment,
        known=inquiry.known,
        since=since,
        items=items,
        notes=notes_on(inquiry, parameters, empty=not rows),
    )


def _objective(inquiry: Inquiry, process: str) -> Decimal:
    """That of the version in force; of a process that is declared no more, and still has transactions, the common one."""
    if process not in inquiry.catalogue.processes:
        return OBJECTIVE
    sla = inquiry.catalogue.current(process, inquiry.moment).sla
    return sla.objective if sla else OBJECTIVE


def _item(row: Mapping[str, Any], objective: Decimal) -> Burn:
    allowed = float(1 - objective)
    decided, late = row["decided_all"], row["late_all"]
    rates = {
        name: round(row[f"late_{name}"] / row[f"decided_{name}"] / allowed, 4) if row[f"decided_{name}"] else None
        for name in WINDOWS
    }
    used = late / (decided * allowed)
    return Burn(
        process=row["Process"],
        step=row["Step"] or None,
        owner=row["owner"] or None,
        legal_entity=row["legal_entity"] or None,
        state=_state(used, rates),
        objective=float(objective),
        decided=decided,
        late=late,
        attainment=round(1 - late / decided, 4),
        budget=round(decided * allowed, 4),
        used=round(used, 4),
        **rates,
    )


def _state(used: float, rates: Mapping[str, float | None]) -> BurnState:
    def burns(rate: float, *names: str) -> bool:
        return all((rates[name] or 0) >= rate for name in names)

    if used > 1:
        return "exhausted"
    if burns(FAST, "burn_6h", "burn_1h"):
        return "fast"
    return "slow" if burns(SLOW, "burn_3d", "burn_6h") else "fine"
