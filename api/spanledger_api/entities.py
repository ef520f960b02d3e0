"""`GET /v1/entities/{type}/{id}`: a business object, what is known about it, and what it is part of."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanledger_api.answering import ALWAYS, Desk
from spanledger_api.entity_facts import AttributeView, attributes_of, ids_of
from spanledger_api.inquiry import Inquiry
from spanledger_api.lookup import rows_by_key, seen_of
from spanledger_api.openapi import documented, example
from spanledger_api.parameters import Clock
from spanledger_api.problems import Refusal, nearest, shown
from spanledger_api.verdict import Summary, entity_ref, summary

router = APIRouter(tags=["entities"])

Role = Literal["root", "part", "context"]
SHOWN_TRANSACTIONS: Final = 200


class Membership(Summary):
    """A transaction that the entity is part of."""

    role: Role = Field(description="`root` of it, a `part` that identifies it too (joined), or `context` (related).")


class EntityView(BaseModel):
    """A business object."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    type: str = Field(examples=["invoice"])
    id: str = Field(description="The id it goes by.", examples=["INV-1042"])
    redirected_from: str | None = Field(
        description="The id that was asked for, where it is an alias.", examples=["10077"]
    )
    other_ids: list[str] = Field(description="Its other ids, in other systems.", examples=[["10077"]])
    attributes: list[AttributeView] = Field(description="What spans say of it; with the role `finance` only.")
    transactions_count: int
    transactions: list[Membership] = Field(
        description=f"What it is part of: as root first, the newest first; at most {SHOWN_TRANSACTIONS}."
    )
    journey: str = Field(
        description="Upstream and downstream of it.", examples=["/v1/entities/invoice/INV-1042/journey"]
    )


@router.get(
    "/v1/entities/{entity_type}/{entity_id:path}",
    response_model=EntityView,
    summary="An entity",
    responses=example("entity") | documented(*ALWAYS, "not_found"),
)
async def entity(desk: Desk, entity_type: str, entity_id: str, parameters: Annotated[Clock, Query()]) -> Response:
    """A business object by any of its ids: its other ids, newest attributes, and the transactions it is part of."""
    return await desk.answer(parameters, lambda inquiry: _view(inquiry, entity_type, entity_id))


def _view(inquiry: Inquiry, entity_type: str, entity_id: str) -> EntityView:
    canonical = inquiry.reading.canonical(entity_type, entity_id)
    ids = ids_of(inquiry, entity_type, canonical)
    attributes = attributes_of(inquiry, entity_type, ids)
    keys = inquiry.reading.transactions_touching(entity_type, canonical)
    if inquiry.principal.narrowed:
        # An entity is as visible as what it is part of.
        keys = sorted(seen_of(inquiry, keys))
        if not keys:
            raise no_entity(inquiry, entity_type, entity_id)
    if not keys and not attributes and len(ids) == 1:
        raise no_entity(inquiry, entity_type, entity_id)
    ranked = sorted(keys, key=lambda key: (_ROLES.index(role_in(inquiry, key[0], entity_type)), key))
    rows = rows_by_key(inquiry, ranked[:SHOWN_TRANSACTIONS])
    found = [
        Membership(**summary(row, inquiry).model_dump(), role=role_in(inquiry, row["Process"], entity_type))
        for row in rows
    ]
    found.sort(key=lambda one: (_ROLES.index(one.role), -one.last_activity_at.timestamp(), one.key))
    return EntityView(
        as_of=inquiry.moment,
        known=inquiry.known,
        type=entity_type,
        id=canonical,
        redirected_from=None if canonical == entity_id else entity_id,
        other_ids=[other for other in ids if other != canonical],
        attributes=attributes if inquiry.principal.sees_money else [],
        transactions_count=len(keys),
        transactions=found,
        journey=f"{entity_ref(entity_type, canonical).link}/journey",
    )


_ROLES: Final[tuple[Role, ...]] = ("root", "part", "context")


def role_in(inquiry: Inquiry, process: str, entity_type: str) -> Role:
    """What an entity of that type is to a transaction of that process."""
    definition = inquiry.catalogue.current(process, inquiry.moment)
    if definition.entity == entity_type:
        return "root"
    return "part" if entity_type in definition.joined_by else "context"


def no_entity(inquiry: Inquiry, entity_type: str, entity_id: str) -> Refusal:
    """The refusal for an entity that no span has named."""
    types = inquiry.catalogue.entity_types
    hint = "Check the id, with its scope if it has one. With `as_of`, it may have been named later."
    return Refusal(
        f"No span names the {shown(entity_type)} `{shown(entity_id)}` at this clock.",
        code="not_found",
        hint=hint
        if entity_type in types
        else f"No process knows the type `{shown(entity_type)}`. {nearest(entity_type, types)}",
    )
