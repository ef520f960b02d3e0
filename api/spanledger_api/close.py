"""`GET /v1/close`: what still blocks a legal entity's close of a month, by owner and money, and how that changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanledger_api.answering import ALWAYS, Desk
from spanledger_api.filters import Where, bound_moment
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.totalling import counted, numbers_of, totals_of
from spanledger_api.moments import Month
from spanledger_api.money import Total
from spanledger_api.openapi import documented, example
from spanledger_api.parameters import SEVERITIES, Clock, Text
from spanledger_api.problems import refusal_of
from spanledger_api.zones import Zones

router = APIRouter(tags=["close"])

MOST_DAYS: Final = 62
_BLOCKING: Final = """
    LegalEntity = {q_entity:String} AND StartedAt < {q_end:DateTime64(9, 'UTC')}
    AND (empty({q_process:Array(String)}) OR has({q_process:Array(String)}, Process))
"""


class CloseParameters(Clock):
    """Whose close of which month."""

    legal_entity: Text = Field(examples=["DE01"])
    """The company whose books close."""
    period: Month = Field(examples=["2026-03"])
    """The month that closes."""
    process: list[Text] = Field(default=[], examples=[["invoice-to-cash"]])
    """Only these processes."""


class BlockView(BaseModel):
    """What one owner has in the way of the close."""

    owner: str | None = Field(examples=["finance-operations"])
    transactions: int
    by_severity: dict[str, int]
    totals: list[Total]


class DayView(BaseModel):
    """What was left at the end of a day."""

    day: str = Field(examples=["2026-04-03"])
    open: int = Field(description="Transactions that began before the month's end and had not ended by this day's.")


class CloseAnswer(BaseModel):
    """What blocks a close at `as_of`."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    legal_entity: str
    period: str
    ends_at: datetime = Field(description="The end of the month where the legal entity sits.")
    open: int = Field(description="Transactions that began before it and have not ended.")
    stuck: int = Field(description="How many of these cannot move without someone.")
    totals: list[Total] = Field(description="The money at stake in them; an entity's counts once.")
    owners: list[BlockView] = Field(description="By whoever must act; the most first.")
    days: list[DayView] = Field(
        description=f"Day by day from the month's end to the clock, the last {MOST_DAYS} at most: by when each ended."
    )
    transactions: str = Field(description="The address of the transactions themselves.")


@router.get(
    "/v1/close",
    response_model=CloseAnswer,
    summary="What blocks a close",
    responses=example("close") | documented(*ALWAYS, "unknown_value"),
)
async def close(desk: Desk, parameters: Annotated[CloseParameters, Query()]) -> Response:
    """Transactions of a legal entity that began before a month's end and have not ended, by owner, money and day."""
    return await desk.answer(parameters, lambda inquiry: _find(inquiry, parameters, desk.services.zones))


def _find(inquiry: Inquiry, parameters: CloseParameters, zones: Zones) -> CloseAnswer:
    faults = inquiry.catalogue.check("query.process", parameters.process, "process", inquiry.catalogue.processes)
    if faults:
        raise refusal_of(faults)
    end = _end_of(parameters, zones)
    days = _days(end, inquiry.moment)
    values: dict[str, Any] = {
        "q_entity": parameters.legal_entity,
        "q_process": list(parameters.process),
        "q_end": bound_moment(end),
    }
    still = Where()
    still.add(_BLOCKING, **values)
    still.add("Status = 'open'")
    kept = "RootType, RootId, Owner, Severity, Stuck, Currencies, OpenAmounts"
    with inquiry.gathering(f"SELECT {kept} FROM verdicts {still.sql}", still.values, among="open"):  # noqa: S608 - this module's own columns; the values are bound
        whole = inquiry.gathered(counted("gathered", maps={"Movements": "if(Stuck, 'stuck', 'moving')"}))[0]
        owners = inquiry.gathered(
            counted("gathered", by={"ByOwner": "Owner"}, maps={"BySeverity": "Severity"})
            + " ORDER BY Count DESC, ByOwner"
        )
    left = inquiry.verdicts(
        f"SELECT sumForEach(arrayMap(day -> toUInt64(ifNull(ClosedAt > day, 1)), {{q_days:Array(DateTime64(6, 'UTC'))}})) "  # noqa: S608 - as above
        f"AS Left FROM verdicts WHERE {_BLOCKING}",
        {**values, "q_days": [bound_moment(day) for day in days]},
    )[0]["Left"]
    return CloseAnswer(
        as_of=inquiry.moment,
        known=inquiry.known,
        legal_entity=parameters.legal_entity,
        period=parameters.period,
        ends_at=end,
        open=whole["Count"],
        stuck=numbers_of(whole, "Movements").get("stuck", 0),
        totals=totals_of(whole),
        owners=[_block(row) for row in owners],
        days=[DayView(day=_named(day), open=count) for day, count in zip(days, left or [0] * len(days), strict=True)],
        transactions=f"/v1/transactions?legal_entity={quote(parameters.legal_entity)}&status=open&started_before={end:%Y-%m-%dT%H:%M:%SZ}",
    )


def _end_of(parameters: CloseParameters, zones: Zones) -> datetime:
    """The first moment after the month, where the legal entity sits; in UTC."""
    year, month = (int(part) for part in parameters.period.split("-"))
    zone = zones.of([parameters.legal_entity])
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone).astimezone(UTC)


def _days(end: datetime, moment: datetime) -> list[datetime]:
    """The month's end and each end of a day after it, up to the clock, which is the last."""
    count = max(0, (moment - end) // timedelta(days=1))
    found = [end + timedelta(days=number) for number in range(count + 1)] if moment >= end else []
    return [*found, moment][-MOST_DAYS:]


def _named(day: datetime) -> str:
    return f"{day - timedelta(microseconds=1):%Y-%m-%d}"


def _block(row: dict[str, Any]) -> BlockView:
    numbers = numbers_of(row, "BySeverity")
    return BlockView(
        owner=row["ByOwner"] or None,
        transactions=row["Count"],
        by_severity={severity: numbers.get(severity, 0) for severity in SEVERITIES},
        totals=totals_of(row),
    )
