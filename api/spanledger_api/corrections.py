"""`/v1/corrections`: what people decided about stitching: links cut or added, spans taken out; and taking that back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from spanledger_api.access.principal import WHO
from spanledger_api.answering import ALWAYS, LIST, WHOLE_TENANT, Desk, needs
from spanledger_api.finding import find_transaction
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.whole import WholeListParameters
from spanledger_api.negotiation import require_json
from spanledger_api.openapi import documented, example, listed
from spanledger_api.parameters import Clock, Text
from spanledger_api.problems import Fault, Refusal, nearest, refusal_of, shown
from spanledger_correlator.corrections.correction import (
    KIND_OF,
    AddLink,
    Correction,
    CutLink,
    Decision,
    DetachSpan,
    EntityName,
    Kind,
)
from spanledger_correlator.corrections.keeping import corrections as kept
from spanledger_correlator.corrections.keeping import decide, take_back

router = APIRouter(tags=["corrections"], dependencies=[WHOLE_TENANT])

PAGE: Final = 1000
_EVER: Final = datetime(2262, 1, 1, tzinfo=UTC)
_NEEDS: Final = {"cut_link": ("one", "other"), "add_link": ("one", "other"), "detach_span": ("span", "transaction")}


class Entity(BaseModel):
    """An entity, under any id that it goes by."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    type: Text = Field(examples=["payment"])
    id: Text = Field(examples=["PAY-7"])


class SpanId(BaseModel):
    """A span."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    trace_id: Text
    span_id: Text


class Decided(BaseModel):
    """Who decided, and why."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    who: str = Field(default="", max_length=200, description=WHO, examples=["mia"])
    why: str = Field(min_length=1, max_length=4000, examples=["the bank's advice names the other invoice"])


class CorrectionRequest(Decided):
    """A decision: `cut_link` and `add_link` take `one` and `other`, `detach_span` takes `span` and `transaction`."""

    kind: Kind
    one: Entity | None = Field(default=None, description="One end of the link.")
    other: Entity | None = Field(default=None, description="Its other end.")
    span: SpanId | None = Field(default=None, description="The span that does not belong.")
    transaction: Text | None = Field(
        default=None, description="The key of what it does not belong to.", examples=["invoice-to-cash/INV-1042"]
    )

    @model_validator(mode="after")
    def _complete(self) -> CorrectionRequest:
        needed = _NEEDS[self.kind]
        given = [name for name in ("one", "other", "span", "transaction") if getattr(self, name) is not None]
        lacking = [name for name in needed if name not in given]
        idle = [name for name in given if name not in needed]
        if lacking or idle:
            what = f"`{self.kind}` needs `{lacking[0]}`." if lacking else f"`{self.kind}` takes no `{idle[0]}`."
            do = f"Add `{lacking[0]}`." if lacking else f"Take `{idle[0]}` out."
            raise PydanticCustomError("invalid_value", "{what}", {"what": what, "do": do})
        return self


class Ended(BaseModel):
    """The end of a correction."""

    who: str
    why: str
    at: datetime


class CorrectionView(BaseModel):
    """A correction as it is kept."""

    id: UUID
    kind: Kind
    one: Entity | None
    other: Entity | None
    span: SpanId | None
    transaction: str | None = Field(examples=["invoice-to-cash/INV-1042"])
    who: str = Field(examples=["mia"])
    why: str
    at: datetime
    taken_back: Ended | None = Field(description="Who took it back, if anybody did: then it holds no more.")


class CorrectionsAnswer(BaseModel):
    """What people had decided by a moment."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    count: int = Field(description="How many match.")
    items: list[CorrectionView] = Field(description="The newest first.")


class CorrectionsParameters(WholeListParameters):
    """Which corrections."""

    standing: Literal["yes", "no", "any"] = "any"
    """`yes`: only those that hold; `no`: only those that were taken back."""


@router.get(
    "/v1/corrections",
    response_model=CorrectionsAnswer,
    summary="Corrections",
    responses=listed("corrections") | documented(*LIST),
)
async def corrections(desk: Desk, parameters: Annotated[CorrectionsParameters, Query()]) -> Response:
    """What people decided about which spans belong together, with who and why."""
    return await desk.answer_whole(parameters, "corrections", PAGE, lambda inquiry: _list(inquiry, parameters.standing))


@router.get(
    "/v1/corrections/{correction_id}",
    response_model=CorrectionView,
    summary="One correction",
    responses=example("correction") | documented(*ALWAYS, "not_found"),
)
async def correction(desk: Desk, correction_id: UUID, parameters: Annotated[Clock, Query()]) -> Response:
    """A correction, with who made it and why, and its end if it has one."""
    return await desk.answer(parameters, lambda inquiry: _view(_found(inquiry, correction_id, _known_until(inquiry))))


@router.post(
    "/v1/corrections",
    dependencies=[needs("operator")],
    response_model=CorrectionView,
    summary="Correct what was stitched",
    responses=example("correction") | documented(*ALWAYS, "not_found", "unknown_value", "not_json"),
)
async def correct(desk: Desk, request: CorrectionRequest) -> Response:
    """Cut a link, add one, or take a span out of a transaction.

    The answer says what is kept; the transactions that it changes are judged anew within a moment. It holds for spans
    to come as well, until it is taken back.
    """
    require_json(desk.request)
    return await desk.answer(Clock(), lambda inquiry: _decide(inquiry, request))


@router.post(
    "/v1/corrections/{correction_id}/take-back",
    dependencies=[needs("operator")],
    response_model=CorrectionView,
    summary="Take a correction back",
    responses=example("correction") | documented(*ALWAYS, "not_found", "not_json"),
)
async def end(desk: Desk, correction_id: UUID, request: Decided) -> Response:
    """End a correction: from now on spans are stitched as if nobody had made it. The first to take it back counts."""
    require_json(desk.request)
    return await desk.answer(Clock(), lambda inquiry: _end(inquiry, correction_id, request))


def _list(inquiry: Inquiry, standing: str) -> CorrectionsAnswer:
    found = [
        one
        for one in kept(inquiry.store, inquiry.tenant, _known_until(inquiry))
        if standing == "any" or (one.taken_back is None) == (standing == "yes")
    ]
    return CorrectionsAnswer(
        as_of=inquiry.moment,
        known=inquiry.known,
        count=len(found),
        items=[_view(one) for one in found],
    )


def _known_until(inquiry: Inquiry) -> datetime:
    return inquiry.now if inquiry.known == "now" else inquiry.moment


def _decide(inquiry: Inquiry, request: CorrectionRequest) -> CorrectionView:
    made = decide(
        inquiry.store,
        inquiry.tenant,
        _decision(inquiry, request),
        who=inquiry.principal.signature(request.who),
        why=request.why,
    )
    return _view(_found(inquiry, made))


def _end(inquiry: Inquiry, correction_id: UUID, request: Decided) -> CorrectionView:
    if _found(inquiry, correction_id).taken_back is None:
        who = inquiry.principal.signature(request.who)
        take_back(inquiry.store, inquiry.tenant, correction_id, who=who, why=request.why)
    return _view(_found(inquiry, correction_id))


def _found(inquiry: Inquiry, correction_id: UUID, known_until: datetime = _EVER) -> Correction:
    for one in kept(inquiry.store, inquiry.tenant, known_until):
        if one.id == correction_id:
            return one
    raise Refusal(
        f"There is no correction `{correction_id}`.", code="not_found", hint="`GET /v1/corrections` lists them."
    )


def _decision(inquiry: Inquiry, request: CorrectionRequest) -> Decision:
    if request.span is not None and request.transaction is not None:
        return _detachment(inquiry, request.span, request.transaction)
    assert request.one is not None  # `_complete` sees to it
    assert request.other is not None
    one, other = _name(request.one), _name(request.other)
    _check_link(inquiry, one, other)
    return CutLink(one, other) if request.kind == "cut_link" else AddLink(one, other)


def _detachment(inquiry: Inquiry, span: SpanId, key: str) -> DetachSpan:
    process, _, root_id = key.partition("/")
    found = find_transaction(inquiry, process, root_id, "RootType, RootId").row
    identity = (span.trace_id, span.span_id)
    attachments = inquiry.reading.attachments(process, found["RootId"])
    if all((one["trace_id"], one["span_id"]) != identity for one in attachments):
        what = f"The span {shown(span.span_id)} is no step of `{shown(key)}`."
        do = f"`/v1/transactions/{process}/{found['RootId']}` lists those that are, under `evidence`."
        raise refusal_of([Fault(code="unknown_value", where="body.span", what=what, do=do)])
    return DetachSpan(span.trace_id, span.span_id, process, EntityName(found["RootType"], found["RootId"]))


def _check_link(inquiry: Inquiry, one: EntityName, other: EntityName) -> None:
    """Refuse a link that no process walks along: it would change nothing."""
    pairs = {frozenset(pair) for pair in _walked(inquiry)}
    if frozenset((one.type, other.type)) in pairs:
        return
    types = {word for pair in pairs for word in pair}
    strange = next((name for name in (one, other) if name.type not in types), None)
    if strange is not None:
        what, do = f"No process stitches by `{shown(strange.type)}`.", nearest(strange.type, types)
    else:
        what = f"No process goes from `{shown(one.type)}` to `{shown(other.type)}`."
        do = f"Links lead between: {', '.join(sorted(' and '.join(sorted(pair)) for pair in pairs))}."
    raise refusal_of([Fault(code="unknown_value", where="body.one", what=what, do=do)])


def _walked(inquiry: Inquiry) -> Iterable[tuple[str, str]]:
    for definition in inquiry.catalogue.in_force(inquiry.moment):
        order = (definition.entity, *definition.joined_by)
        yield from ((nearer, farther) for place, farther in enumerate(order) for nearer in order[:place])


def _name(entity: Entity) -> EntityName:
    return EntityName(entity.type, entity.id)


def _view(correction: Correction) -> CorrectionView:
    decision = correction.decision
    detached = decision if isinstance(decision, DetachSpan) else None
    link = decision if isinstance(decision, CutLink | AddLink) else None
    ended = correction.taken_back
    return CorrectionView(
        id=correction.id,
        kind=KIND_OF[type(decision)],
        one=Entity(type=link.one.type, id=link.one.id) if link else None,
        other=Entity(type=link.other.type, id=link.other.id) if link else None,
        span=SpanId(trace_id=detached.trace_id, span_id=detached.span_id) if detached else None,
        transaction=f"{detached.process}/{detached.root.id}" if detached else None,
        who=correction.who,
        why=correction.why,
        at=correction.stored_at,
        taken_back=Ended(who=ended.who, why=ended.why, at=ended.stored_at) if ended else None,
    )
