"""`GET /v1/audit`: who asked for what, from where, and with which result."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from spanledger_api import cursors
from spanledger_api.access.audit import Kind
from spanledger_api.answering import ALWAYS, WHOLE_TENANT, Desk, needs
from spanledger_api.filters import Where, bound_moment
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.flat import flat_listing
from spanledger_api.lists.listing import Listing, ListParameters
from spanledger_api.moments import StartOfDayOrMoment, rfc3339, utc
from spanledger_api.openapi import documented, listed
from spanledger_api.parameters import Text
from spanledger_api.transactions import next_page

router = APIRouter(tags=["access"], dependencies=[needs("admin"), WHOLE_TENANT])

PAGE = 100


class AuditParameters(ListParameters):
    """Which rows of the trail, and which page of them."""

    kind: list[Kind] = Field(default=[])
    """`change`, `export`, `read` (of money) or `refused`."""
    who: list[Text] = Field(default=[], examples=[["mia"]])
    """Who asked."""
    since: StartOfDayOrMoment | None = None
    """Only what was asked at this moment or later; a date means its midnight, UTC."""
    limit: int | None = Field(default=None, ge=1, le=1000)
    """At most so many on a page. Default: 100, in a file all of them."""
    cursor: str | None = Field(default=None, min_length=1, max_length=4000)
    """Where the page begins, from `next` of the one before; the other parameters stay the same."""


class AskedView(BaseModel):
    """One request."""

    at: datetime
    kind: str = Field(examples=["export"])
    who: str = Field(description="Who holds the credential.", examples=["mia"])
    credential: str = Field(examples=["key:5b1f9c2a7e10"])
    method: str = Field(examples=["GET"])
    path: str = Field(examples=["/v1/stuck"])
    query: str = Field(description="The query string as it was sent.", examples=["format=xlsx"])
    status: int = Field(examples=[200])
    client: str = Field(description="The address that it came from.", examples=["10.0.3.7"])
    request_id: str = Field(description="The answer's `X-Request-ID`.")


class AuditAnswer(BaseModel):
    """One page of the trail."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    items: list[AskedView] = Field(description="The newest first.")
    next: str | None = Field(description="The address of the next page; null on the last.")


@router.get(
    "/v1/audit",
    response_model=AuditAnswer,
    summary="The audit trail",
    responses=listed("audit") | documented(*ALWAYS, "cursor_invalid", "not_acceptable", "too_many_rows"),
)
async def audit(desk: Desk, parameters: Annotated[AuditParameters, Query()]) -> Response:
    """Changes, exports, reads of money, and what was refused for want of a role. Rows are never changed or removed."""

    def question(inquiry: Inquiry, wanted: int) -> Listing:
        answer = _find(inquiry, parameters, desk.request, wanted)
        return flat_listing(
            answer,
            "audit",
            {"As of": rfc3339(answer.as_of), "Times": "UTC"},
            longer=parameters.limit is None and answer.next is not None,
        )

    return await desk.answer_list(parameters, PAGE, question)


def _find(inquiry: Inquiry, parameters: AuditParameters, request: Request, wanted: int) -> AuditAnswer:
    clause = Where()
    clause.add("Tenant = {tenant:String}")
    clause.add("At <= {q_moment:DateTime64(6, 'UTC')}", q_moment=bound_moment(inquiry.moment))
    clause.among(parameters, {"kind": "Kind", "who": "Principal"})
    if parameters.since is not None:
        clause.add("At >= {q_since:DateTime64(6, 'UTC')}", q_since=bound_moment(parameters.since))
    question = cursors.question_of(parameters.model_dump(exclude={"cursor", "limit", "format", "fields"}))
    if parameters.cursor is not None:
        _after(clause, cursors.decode(parameters.cursor, question, keys=1))
    sql = f"""
        SELECT *, toString(toUnixTimestamp64Micro(At)) AS Moment, toString(Id) AS Name FROM audit_trail {clause.sql}
        ORDER BY At DESC, Id DESC LIMIT {{q_limit:UInt64}}
    """  # noqa: S608 - this module's own text; the values are bound
    rows = inquiry.rows(sql, {**clause.values, "q_limit": wanted + 1})
    more, rows = len(rows) > wanted, rows[:wanted]
    last = cursors.Position(rows[-1]["Moment"], (rows[-1]["Name"],)) if more else None
    return AuditAnswer(
        as_of=inquiry.moment,
        known=inquiry.known,
        items=[_view(row) for row in rows],
        next=next_page(request, cursors.encode(question, last)) if last else None,
    )


def _after(clause: Where, position: cursors.Position) -> None:
    """Limit a page to the rows behind a position. Raises Refusal `cursor_invalid` if it is none of this order."""
    if not position.value.isdecimal() or len(position.value) > 18 or not cursors.is_uuid(position.keys[0]):
        raise cursors.not_one_of_ours()
    clause.add(
        "(At, Id) < (fromUnixTimestamp64Micro({q_at:Int64}, 'UTC'), {q_id:UUID})",
        q_at=int(position.value),
        q_id=position.keys[0],
    )


def _view(row: dict[str, Any]) -> AskedView:
    return AskedView(
        at=utc(row["At"]),
        kind=row["Kind"],
        who=row["Principal"],
        credential=row["PrincipalId"],
        method=row["Method"],
        path=row["Path"],
        query=row["Query"],
        status=row["Status"],
        client=row["Client"],
        request_id=row["RequestId"],
    )
