"""`GET /v1/sources`: who should report, when each did last, and who is silent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanledger_api.answering import LIST, WHOLE_TENANT, Desk
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.whole import WholeListParameters
from spanledger_api.moments import Duration, duration
from spanledger_api.openapi import documented, listed
from spanledger_correlator.definition.calendar import WEEKDAYS
from spanledger_correlator.silence import SourceState

PAGE = 1000

router = APIRouter(tags=["sources"], dependencies=[WHOLE_TENANT])


class SilenceView(BaseModel):
    """A time in which the source should have reported."""

    since: datetime = Field(description="When the report was due.")
    until: datetime | None = Field(description="When it came; null while it has not.")
    lasted: Duration


class SourceView(BaseModel):
    """A declared source at the clock."""

    source: str = Field(examples=["netsuite-invoices"])
    title: str = Field(examples=["Invoices from NetSuite"])
    state: Literal["not_yet", "reporting", "late", "silent"] = Field(
        description="`not_yet`: declared for later; `late`: due, and within its grace; `silent`: due and past it."
    )
    last_seen: datetime | None = Field(description="When it reported last; null if it never did.")
    expected: datetime = Field(description="When it must report next, or should have.")
    every: Duration | None = Field(description="So often it must report.")
    daily_by: str | None = Field(description="The time of day by which it must report.", examples=["06:00"])
    calendar: str = Field(description="The calendar whose days and hours count; empty where the source says them.")
    days: list[str] = Field(description="The days of the week that count.")
    zone: str = Field(examples=["Europe/Berlin"])
    grace: Duration | None
    owner: str = Field(description="Who must act when it is silent.", examples=["erp-team"])
    severity: str
    impact: str
    silences: list[SilenceView] = Field(description="Its silences of the last 35 days, oldest first.")


class SourcesAnswer(BaseModel):
    """Every declared source of the tenant."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    silent: int = Field(description="How many are silent.")
    items: list[SourceView]


@router.get(
    "/v1/sources",
    response_model=SourcesAnswer,
    summary="Who reports, and who is silent",
    responses=listed("sources") | documented(*LIST),
)
async def sources(desk: Desk, parameters: Annotated[WholeListParameters, Query()]) -> Response:
    """The declared sources: when each was seen last, when it must report next, and since when it is silent."""

    def question(inquiry: Inquiry) -> SourcesAnswer:
        items = [_view(state, inquiry.moment) for state in inquiry.reading.flows.sources()]
        silent = sum(item.state == "silent" for item in items)
        return SourcesAnswer(as_of=inquiry.moment, known=inquiry.known, silent=silent, items=items)

    return await desk.answer_whole(parameters, "sources", PAGE, question)


def _view(state: SourceState, moment: datetime) -> SourceView:
    rule, rhythm = state.rule, state.rule.rhythm
    return SourceView(
        source=rule.name,
        title=rule.title,
        state=state.state,
        last_seen=state.last_seen,
        expected=state.expected,
        every=None if rhythm.every_ns is None else _duration(rhythm.every_ns),
        daily_by=None if rhythm.due_by is None else f"{rhythm.due_by // 60:02}:{rhythm.due_by % 60:02}",
        calendar=rhythm.calendar.name,
        days=[WEEKDAYS[day] for day in rhythm.calendar.week],
        zone=rhythm.calendar.zone,
        grace=_duration(rule.grace_ns) if rule.grace_ns else None,
        owner=rule.owner,
        severity=rule.severity,
        impact=rule.impact,
        silences=[
            SilenceView(since=one.since, until=one.until, lasted=duration((one.until or moment) - one.since))
            for one in state.silences
        ],
    )


def _duration(nanoseconds: int) -> Duration:
    return duration(timedelta(microseconds=nanoseconds // 1000))
