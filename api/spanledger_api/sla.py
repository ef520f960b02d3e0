"""`GET /v1/sla`: how many transactions or steps were in time, by process, month, owner and legal entity."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanledger_api.answering import LIST, Desk
from spanledger_api.filters import where
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.listing import LONGEST_FILE
from spanledger_api.lists.whole import SortedListParameters
from spanledger_api.notes import notes_on
from spanledger_api.openapi import documented, listed
from spanledger_api.parameters import Filters
from spanledger_api.zones import Zones

router = APIRouter(tags=["sla"])

Dimension = Literal["process", "month", "owner", "legal_entity"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("process", "month", "owner", "legal_entity")

_EXPRESSIONS: Final = {"process": "Process", "owner": "Owner", "legal_entity": "LegalEntity"}
_NOT_ASKED: Final = "''"
_STATES: Final = ("met", "met_late", "breached", "at_risk", "on_track")
_LEVELS: Final = {
    "transactions": "SELECT Process, Owner, LegalEntity, '' AS Step, SlaState AS State, SlaDueAt AS DueAt FROM {verdicts}",
    "steps": """SELECT Process, Owner, LegalEntity, Step, State, DueAt FROM {verdicts}
        ARRAY JOIN StepNames AS Step, StepSlaState AS State, StepDeadline AS DueAt""",
}
"""What is counted, a row each; what has no deadline has no state."""


class SlaParameters(Filters, SortedListParameters):
    """What is counted, and by what."""

    of: Literal["transactions", "steps"] = "transactions"
    """Whole transactions by their SLA, or their steps by their deadlines: then each step has lines of its own."""
    by: list[Dimension] = Field(default=[], examples=[["process", "month"]])
    """One line for each of these; default: by all four. The month is the one in which it is due, where the legal entity sits."""


class Attainment(BaseModel):
    """How many were in time. A dimension that was not asked for, or that is not known, is null."""

    process: str | None = Field(examples=["invoice-to-cash"])
    step: str | None = Field(examples=["invoice.posted"])
    month: str | None = Field(
        description="In which they are due, in the zone of their legal entity; null while a pause lasts.",
        examples=["2026-03"],
    )
    owner: str | None = Field(examples=["finance-operations"])
    legal_entity: str | None = Field(examples=["DE01"])
    met: int = Field(description="Done in time.")
    met_late: int = Field(description="Done, but late.")
    breached: int = Field(description="Late, and not done yet.")
    at_risk: int = Field(description="Not late yet, with most of the time used.")
    on_track: int = Field(description="Not late yet.")
    attainment: float | None = Field(
        description="`met` as a share of `met`, `met_late` and `breached`, 0 to 1; null where there is none of them.",
        examples=[0.9375],
    )


class SlaAnswer(BaseModel):
    """Attainment at `as_of`."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    total: Attainment = Field(description="All of them together.")
    items: list[Attainment] = Field(description="In the order of their dimensions.")
    notes: list[str] = Field(description="What to know about this answer.")


@router.get(
    "/v1/sla",
    response_model=SlaAnswer,
    summary="What was in time",
    responses=listed("sla") | documented(*LIST, "currency_missing"),
)
async def sla(desk: Desk, parameters: Annotated[SlaParameters, Query()]) -> Response:
    """Attainment of SLAs and deadlines. What is cancelled or failed, and what has no deadline, is not counted."""
    zones = desk.services.zones
    return await desk.answer_whole(parameters, "sla", LONGEST_FILE, lambda inquiry: find(inquiry, parameters, zones))


def find(inquiry: Inquiry, parameters: SlaParameters, zones: Zones) -> SlaAnswer:
    """The answer at the inquiry's clock."""
    parameters.check(inquiry.catalogue)
    wanted = parameters.by or list(DIMENSIONS)
    clause = where(parameters)
    counted = _LEVELS[parameters.of].format(verdicts=f"(SELECT * FROM verdicts {clause.sql})")  # noqa: S608 - as below
    month, zone_names = zones.month_of("DueAt")
    expressions = {**_EXPRESSIONS, "month": month}
    columns = ", ".join(f"{expressions[name] if name in wanted else _NOT_ASKED} AS {name}_key" for name in DIMENSIONS)
    sql = f"""
        SELECT {columns}, Step AS step_key,
            countIf(State = 'met') AS met, countIf(State = 'met_late') AS met_late,
            countIf(State = 'breached') AS breached, countIf(State = 'at_risk') AS at_risk,
            countIf(State = 'on_track') AS on_track
        FROM ({counted}) WHERE State != ''
        GROUP BY process_key, step_key, month_key, owner_key, legal_entity_key
        ORDER BY process_key, step_key, month_key, owner_key, legal_entity_key
    """  # noqa: S608 - made of expressions of this package; the values are bound
    rows = inquiry.verdicts(sql, clause.values | zone_names)
    total = {state: sum(row[state] for row in rows) for state in _STATES}
    return SlaAnswer(
        as_of=inquiry.moment,
        known=inquiry.known,
        total=_attainment(total),
        items=[_attainment(row) for row in rows],
        notes=notes_on(inquiry, parameters, empty=not rows),
    )


def _attainment(row: dict[str, Any]) -> Attainment:
    decided = row["met"] + row["met_late"] + row["breached"]
    return Attainment(
        **{name: row.get(f"{name}_key") or None for name in (*DIMENSIONS, "step")},
        **{state: row[state] for state in _STATES},
        attainment=round(row["met"] / decided, 4) if decided else None,
    )
