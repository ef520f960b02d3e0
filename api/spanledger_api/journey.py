"""`GET /v1/entities/{type}/{id}/journey`: what came before an entity and what comes after, with each status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanledger_api.answering import ALWAYS, Desk
from spanledger_api.entities import no_entity
from spanledger_api.inquiry import Inquiry
from spanledger_api.journey_walk import MOST_TRANSACTIONS, Direction, Entity, Hop, Key, Walk
from spanledger_api.lookup import rows_by_key
from spanledger_api.openapi import documented, example
from spanledger_api.parameters import Clock
from spanledger_api.verdict import EntityRef, Summary, entity_ref, summary
from spanledger_correlator.definition.model import ProcessDefinition

router = APIRouter(tags=["entities"])

_ORDER: Final[tuple[Direction, ...]] = ("upstream", "here", "downstream")


class HopView(Summary):
    """A transaction on the way."""

    direction: Direction = Field(description="Where it lies from the entity.")
    distance: int = Field(description="How many transactions away; 0 is the entity's own.")
    via: EntityRef = Field(description="The entity that leads to it.")
    parts: list[EntityRef] = Field(description="What identifies it beside its root, such as an invoice's payments.")
    reached_from: str | None = Field(
        description="The transaction it was reached from; null where the entity itself leads to it.",
        examples=["invoice-to-cash/INV-1042"],
    )


class Stage(BaseModel):
    """The transactions of one process on the way."""

    process: str = Field(examples=["time-to-bill"])
    direction: Direction
    transactions: int
    stuck: int
    by_status: dict[str, int] = Field(examples=[{"open": 1, "completed": 39}])


class JourneyAnswer(BaseModel):
    """An entity's way through the processes."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    entity: EntityRef
    redirected_from: str | None = Field(description="The id that was asked for, where it is an alias.")
    stages: list[Stage] = Field(description="The way in short, from upstream to downstream.")
    items: list[HopView] = Field(description="Every transaction on it, the farthest upstream first.")
    cut_short: bool = Field(description=f"Whether there are more: a journey shows at most {MOST_TRANSACTIONS}.")


@router.get(
    "/v1/entities/{entity_type}/{entity_id:path}/journey",
    response_model=JourneyAnswer,
    summary="An entity's journey",
    responses=example("journey") | documented(*ALWAYS, "not_found"),
)
async def journey(desk: Desk, entity_type: str, entity_id: str, parameters: Annotated[Clock, Query()]) -> Response:
    """Upstream and downstream of an entity across processes, such as opportunity → project → time → invoice → payment.

    A transaction lies upstream of another if that one refers to what it makes (its root, or what identifies it).
    """
    return await desk.answer(parameters, lambda inquiry: find(inquiry, entity_type, entity_id))


def find(inquiry: Inquiry, entity_type: str, entity_id: str) -> JourneyAnswer:
    """The journey at the inquiry's clock. Raises Refusal `not_found` for an entity that no span has named."""
    canonical = inquiry.reading.canonical(entity_type, entity_id)
    rows: dict[Key, dict[str, Any]] = {}

    def related(keys: Iterable[Key]) -> Mapping[Key, list[Entity]]:
        wanted = [key for key in keys if key not in rows]
        rows.update({(row["Process"], row["RootId"]): row for row in rows_by_key(inquiry, wanted)})
        return {key: [(one["Type"], one["Id"]) for one in rows[key]["Related"]] for key in keys if key in rows}

    processes = {definition.process: definition for definition in inquiry.catalogue.in_force(inquiry.moment)}
    walk = Walk(
        processes,
        lambda entity: inquiry.reading.transactions_touching(*entity),
        related,
    )
    hops = walk.run((entity_type, canonical))
    related([hop.key for hop in hops])
    if not hops or (inquiry.principal.narrowed and not any(rows.values())):
        raise no_entity(inquiry, entity_type, entity_id)
    items = sorted((_hop(hop, rows, processes[hop.key[0]], inquiry) for hop in hops if hop.key in rows), key=_place)
    return JourneyAnswer(
        as_of=inquiry.moment,
        known=inquiry.known,
        entity=entity_ref(entity_type, canonical),
        redirected_from=None if canonical == entity_id else entity_id,
        stages=_stages(items),
        items=items,
        cut_short=walk.cut_short,
    )


def _hop(hop: Hop, rows: Mapping[Key, Mapping[str, Any]], process: ProcessDefinition, inquiry: Inquiry) -> HopView:
    row = rows[hop.key]
    return HopView(
        **summary(row, inquiry).model_dump(),
        direction=hop.direction,
        distance=hop.distance,
        via=entity_ref(*hop.via),
        parts=[entity_ref(one["Type"], one["Id"]) for one in row["Related"] if one["Type"] in process.joined_by],
        reached_from="/".join(hop.before) if hop.before and hop.before in rows else None,
    )


def _place(hop: HopView) -> tuple[int, int, datetime, str]:
    away = -hop.distance if hop.direction == "upstream" else hop.distance
    return (_ORDER.index(hop.direction), away, hop.started_at, hop.key)


def _stages(items: list[HopView]) -> list[Stage]:
    stages: dict[tuple[str, Direction], Stage] = {}
    for hop in items:
        stage = stages.setdefault(
            (hop.process, hop.direction),
            Stage(process=hop.process, direction=hop.direction, transactions=0, stuck=0, by_status={}),
        )
        stage.transactions += 1
        stage.stuck += hop.stuck
        stage.by_status[hop.status] = stage.by_status.get(hop.status, 0) + 1
    return list(stages.values())
