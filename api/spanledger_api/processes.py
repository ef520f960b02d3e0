"""`GET /v1/processes`: the declared flows, and how many of their transactions are open and stuck."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanledger_api.answering import ALWAYS, LIST, Desk
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.whole import WholeListParameters
from spanledger_api.moments import Duration, duration
from spanledger_api.openapi import documented, example, listed
from spanledger_api.parameters import Clock
from spanledger_api.problems import Refusal
from spanledger_correlator.definition.model import ProcessDefinition, StepRule

PAGE = 1000

router = APIRouter(tags=["processes"])


class ProcessParameters(Clock):
    """One process, as it is declared."""

    version: int | None = Field(default=None, ge=1)
    """A version of its definition; default: the one in force at the clock."""


class ProcessSummary(BaseModel):
    """A process, by the version in force at the clock."""

    process: str = Field(examples=["invoice-to-cash"])
    title: str = Field(examples=["Invoice to cash"])
    version: int
    effective_from: datetime
    impact: str = Field(description="What a stuck transaction touches, unless a span says otherwise.")
    entity: str = Field(description="The root: one transaction per entity of this type.", examples=["invoice"])
    steps: list[str] = Field(description="In their order.")
    open: int = Field(description="Transactions that are open at the clock.")
    stuck: int = Field(description="Those of them that are stuck.")
    link: str


class StepView(BaseModel):
    """A declared milestone."""

    step: str = Field(examples=["invoice.posted"])
    system: str = Field(examples=["netsuite"])
    start: bool
    end: bool
    many: bool = Field(description="It may happen several times.")
    required: bool = Field(description="Whether the process can do without it; `required_when` may limit that.")
    required_when: dict[str, str] = Field(description="Required only where these attributes have these values.")
    grace: Duration | None = Field(description="A failure younger than this is a retry under way.")
    within: Duration | None = Field(description="Its deadline, from the first success of `of`.")
    of: str | None
    due_from: str | None = Field(description="The step whose span may state the deadline instead.")
    settles: str | None = Field(description="Done when its amounts reach that step's.")
    one_per: str | None = Field(description="Two roots for one entity of this type are a duplicate.")


class ProcessView(ProcessSummary):
    """One version of a process in full."""

    joined_by: list[str] = Field(description="Entity types that identify the transaction too, nearest the root first.")
    relates_to: list[str] = Field(description="Entity types that are shown with it and never stitch.")
    cancelled_by: list[str]
    failed_by: list[str]
    milestones: list[StepView]
    owners: list[str] = Field(description="Who may have to act.")
    versions: list[int] = Field(description="Every version there is.")
    definition: str = Field(description="The definition as it was written, in YAML.")


class ProcessesAnswer(BaseModel):
    """Every declared process."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    items: list[ProcessSummary]


@router.get(
    "/v1/processes",
    response_model=ProcessesAnswer,
    summary="The processes",
    responses=listed("processes") | documented(*LIST),
)
async def processes(desk: Desk, parameters: Annotated[WholeListParameters, Query()]) -> Response:
    """The processes in force at the clock, with the number of their open and stuck transactions."""

    def question(inquiry: Inquiry) -> ProcessesAnswer:
        counts = _counts(inquiry)
        items = [_summary(version, counts) for version in inquiry.catalogue.in_force(inquiry.moment)]
        return ProcessesAnswer(as_of=inquiry.moment, known=inquiry.known, items=items)

    return await desk.answer_whole(parameters, "processes", PAGE, question)


@router.get(
    "/v1/processes/{process}",
    response_model=ProcessView,
    summary="One process",
    responses=example("process") | documented(*ALWAYS, "unknown_value", "not_found"),
)
async def process(desk: Desk, process: str, parameters: Annotated[ProcessParameters, Query()]) -> Response:
    """One process with its steps, deadlines and owners, and the definition as it was written."""

    def question(inquiry: Inquiry) -> ProcessView:
        version = inquiry.catalogue.current(process, inquiry.moment)
        numbers = [one.version for one in inquiry.catalogue.versions(process)]
        if parameters.version is not None:
            found = inquiry.catalogue.version(process, parameters.version)
            if found is None:
                raise Refusal(
                    f"The process `{process}` has no version {parameters.version}.",
                    code="not_found",
                    hint=f"It has: {', '.join(map(str, numbers))}.",
                )
            version = found
        return _view(version, numbers, _counts(inquiry))

    return await desk.answer(parameters, question)


def _counts(inquiry: Inquiry) -> dict[str, tuple[int, int]]:
    """Per process how many transactions are open, and how many of them stuck."""
    sql = "SELECT Process, count() AS Count, countIf(Stuck) AS StuckCount FROM verdicts GROUP BY Process"
    rows = inquiry.verdicts(sql, among="open")
    return {row["Process"]: (row["Count"], row["StuckCount"]) for row in rows}


def _summary(version: ProcessDefinition, counts: dict[str, tuple[int, int]]) -> ProcessSummary:
    unsettled, stuck = counts.get(version.process, (0, 0))
    return ProcessSummary(
        process=version.process,
        title=version.title,
        version=version.version,
        effective_from=version.effective_from,
        impact=version.impact,
        entity=version.entity,
        steps=[step.name for step in version.steps],
        open=unsettled,
        stuck=stuck,
        link=f"/v1/processes/{version.process}",
    )


def _view(version: ProcessDefinition, versions: list[int], counts: dict[str, tuple[int, int]]) -> ProcessView:
    return ProcessView(
        **_summary(version, counts).model_dump(),
        joined_by=list(version.joined_by),
        relates_to=list(version.relates_to),
        cancelled_by=list(version.cancelled_by),
        failed_by=list(version.failed_by),
        milestones=[_step(step) for step in version.steps],
        owners=list(dict.fromkeys(rule.owner for rule in version.owners)),
        versions=versions,
        definition=version.text,
    )


def _step(step: StepRule) -> StepView:
    return StepView(
        step=step.name,
        system=step.system,
        start=step.start,
        end=step.end,
        many=step.many,
        required=step.required,
        required_when={f"{one.entity_type}.{one.key}": one.value for one in step.required_when},
        grace=_duration(step.grace_ns) if step.grace_ns else None,
        within=None if step.within_ns is None else _duration(step.within_ns),
        of=step.of,
        due_from=step.due_from,
        settles=step.settles,
        one_per=step.one_per,
    )


def _duration(nanoseconds: int) -> Duration:
    return duration(timedelta(microseconds=nanoseconds // 1000))
