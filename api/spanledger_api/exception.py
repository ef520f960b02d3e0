"""`GET /v1/exceptions/{id}`: one exception and what people did about it; `POST …/actions`: do something about it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from spanledger_api.access.principal import WHO
from spanledger_api.answering import ALWAYS, Desk, needs
from spanledger_api.exception_item import ExceptionId, ExceptionItem, item, not_found, parts_of
from spanledger_api.inquiry import Inquiry
from spanledger_api.moments import utc, utc_or_none
from spanledger_api.negotiation import require_json
from spanledger_api.openapi import documented, example
from spanledger_api.parameters import Clock, Text
from spanledger_api.problems import Fault, Refusal, refusal_of
from spanledger_correlator.statements import statement

router = APIRouter(tags=["exceptions"])

Action = Literal["acknowledge", "assign", "comment", "suppress", "ask_replay", "resolve", "reopen"]
_DONE: Final[Mapping[Action, str]] = {
    "acknowledge": "acknowledged",
    "assign": "assigned",
    "comment": "commented",
    "suppress": "suppressed",
    "ask_replay": "replay_asked",
    "resolve": "resolved",
    "reopen": "reopened",
}
"""What an action is called once it was done."""


class ActionView(BaseModel):
    """What someone did about an exception."""

    action: str = Field(
        description="`acknowledged`, `assigned`, `commented`, `suppressed`, `replay_asked`, `resolved` or `reopened`."
    )
    who: str
    at: datetime
    why: str | None
    assignee: str | None = Field(description="To whom it was assigned.")
    until: datetime | None = Field(description="Until when it was suppressed.")


class ExceptionView(ExceptionItem):
    """One exception with its history."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    history: list[ActionView] = Field(description="What people did about it, oldest first; nothing is ever taken out.")


class ActionRequest(BaseModel):
    """What to do about an exception, who does it, and why."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    action: Action
    who: str = Field(default="", max_length=200, description=WHO, examples=["mia"])
    why: str = Field(default="", max_length=4000, description="Needed to comment, to suppress and to resolve.")
    assignee: Text | None = Field(default=None, description="To whom to assign it.", examples=["jonas"])
    until: AwareDatetime | None = Field(default=None, description="Until when to suppress it.")

    @model_validator(mode="after")
    def _complete(self) -> ActionRequest:
        needs = {"assign": ("assignee",), "suppress": ("until", "why"), "comment": ("why",), "resolve": ("why",)}.get(
            self.action, ()
        )
        lacking = [name for name in needs if not getattr(self, name)]
        idle = [
            name
            for name, action in (("assignee", "assign"), ("until", "suppress"))
            if getattr(self, name) is not None and self.action != action
        ]
        if lacking or idle:
            what = f"To {self.action} needs `{lacking[0]}`." if lacking else f"To {self.action} takes no `{idle[0]}`."
            do = f"Add `{lacking[0]}`." if lacking else f"Take `{idle[0]}` out."
            raise PydanticCustomError("invalid_value", "{what}", {"what": what, "do": do})
        return self


@router.post(
    "/v1/exceptions/{exception_id:path}/actions",
    dependencies=[needs("operator")],
    response_model=ExceptionView,
    summary="Act on an exception",
    responses=example("exception") | documented(*ALWAYS, "not_found", "not_json", "already_resolved", "not_resolved"),
)
async def act(desk: Desk, exception_id: str, request: ActionRequest) -> Response:
    """Acknowledge it, assign it, comment on it, suppress it until a moment, ask for a replay, say that it is settled, or
    open it again.

    Problems resolve themselves; to `resolve` one is for what was settled where no span tells. What is done stays in the history. A suppression ends at its moment, or with another one that ends sooner.
    """
    require_json(desk.request)
    return await desk.answer(Clock(), lambda inquiry: act_on(inquiry, exception_id, request))


@router.get(
    "/v1/exceptions/{exception_id:path}",
    response_model=ExceptionView,
    summary="One exception",
    responses=example("exception") | documented(*ALWAYS, "not_found"),
)
async def exception(desk: Desk, exception_id: str, parameters: Annotated[Clock, Query()]) -> Response:
    """An exception with its history, under any id of its transaction's root."""
    return await desk.answer(parameters, lambda inquiry: _view(inquiry, exception_id))


def act_on(inquiry: Inquiry, word: str, request: ActionRequest) -> ExceptionView:
    """Do it, and tell what became of it. Raises Refusal."""
    note_action(inquiry, word, request)
    return _view(inquiry, word)


def note_action(inquiry: Inquiry, word: str, request: ActionRequest) -> None:
    """Write down that somebody does it. Raises Refusal."""
    found = _find(inquiry, word)
    if request.until is not None and request.until <= inquiry.now:
        what, do = "`until` lies in the past.", "Write a moment to come."
        raise refusal_of([Fault(code="invalid_value", where="body.until", what=what, do=do)])
    _check_state(found.row, request.action)
    definition = inquiry.catalogue.version(found.asked.process) if found.asked.process else None
    row = {
        "Id": uuid.uuid4(),
        "Subject": found.asked.subject,
        "Process": found.asked.process if definition else "",
        "RootType": definition.entity if definition else "",
        "RootId": found.asked.root_id if definition else "",
        "Kind": found.row["Kind"],
        "Step": found.row["Step"],
        "Since": utc(found.row["Since"]),
        "Action": _DONE[request.action],
        "Who": inquiry.principal.signature(request.who),
        "At": inquiry.now,
        "Why": request.why,
        "Assignee": request.assignee or "",
        "Until": request.until.astimezone(UTC) if request.until else None,
    }
    inquiry.add("exception_actions", row)


def _check_state(row: Mapping[str, Any], action: Action) -> None:
    """Raises Refusal `already_resolved` for what makes no sense where it is resolved, `not_resolved` where it is not."""
    resolved = row["State"] == "resolved"
    if resolved and action in {"suppress", "ask_replay", "resolve"}:
        raise Refusal(
            "The exception is resolved: there is nothing to suppress, to replay or to settle.",
            code="already_resolved",
            hint="Comment on it, if something remains to be said; `reopen` it, if a person resolved it too soon.",
        )
    if action == "reopen" and not row["ResolvedBy"]:
        raise Refusal(
            "No person has resolved the exception, so that nobody can open it again.",
            code="not_resolved",
            hint="What has resolved itself opens itself, if the problem comes back.",
        )


def find_exception(inquiry: Inquiry, word: str) -> Mapping[str, Any]:
    """The row of an exception, under any id of its transaction's root. Raises Refusal `not_found`."""
    return _find(inquiry, word).row


class _Found:
    """A row of the reading's exceptions, and how it was asked for."""

    def __init__(self, row: Mapping[str, Any], asked: ExceptionId) -> None:
        self.row = row
        self.asked = asked


def _find(inquiry: Inquiry, word: str) -> _Found:
    asked = parts_of(word)
    only = None
    subject = asked.subject
    if asked.process in inquiry.catalogue.processes:
        definition = inquiry.catalogue.version(asked.process)
        assert definition is not None  # the process is declared
        root_id = inquiry.reading.canonical(definition.entity, asked.root_id)
        subject, only = f"{asked.process}/{root_id}", (asked.process, root_id)
    kinds = ["failed_step", "rejected_record"]
    rows = inquiry.exceptions(
        """
        SELECT * FROM exceptions
        WHERE Subject = {q_subject:String} AND has({q_kinds:Array(String)}, Kind) AND Step = {q_step:String}
            AND (First OR Since <= {q_since:DateTime64(9, 'UTC')} + toIntervalMicrosecond(1))
        ORDER BY Since DESC LIMIT 1
        """,
        {
            "q_subject": subject,
            "q_kinds": kinds if asked.kind in kinds else [asked.kind],
            "q_step": asked.step,
            "q_since": asked.since,
        },
        only=only,
    )
    if not rows:
        raise not_found(word)
    return _Found(rows[0], asked)


def _view(inquiry: Inquiry, word: str) -> ExceptionView:
    found = _find(inquiry, word).row
    return ExceptionView(
        **item(found, inquiry.moment).model_dump(), as_of=inquiry.moment, history=_history(inquiry, found)
    )


def _history(inquiry: Inquiry, row: Mapping[str, Any]) -> list[ActionView]:
    kinds = ["failed_step", "rejected_record"]
    now = statement("reading/roots_now", canonical_ids="canonical_ids", acted="exception_actions")
    sql = statement("reading/exception_history", roots_now=now)
    rows = inquiry.rows(
        sql,
        {
            "subject": row["Subject"],
            "kinds": kinds if row["Kind"] in kinds else [row["Kind"]],
            "step": row["Step"],
            "from": datetime(1900, 1, 1, tzinfo=UTC) if row["First"] else utc(row["Since"]),
            "next": utc_or_none(row["Next"]) or datetime(2262, 1, 1, tzinfo=UTC),
            "now": inquiry.moment,
        },
    )
    return [
        ActionView(
            action=one["Action"],
            who=one["Who"],
            at=utc(one["At"]),
            why=one["Why"] or None,
            assignee=one["Assignee"] or None,
            until=utc_or_none(one["Until"]),
        )
        for one in rows
    ]
