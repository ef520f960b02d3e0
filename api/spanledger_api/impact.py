"""`GET /v1/entities/{type}/{id}/impact`: what waits behind an entity: which money, which clients, whose close."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanledger_api import journey
from spanledger_api.answering import ALWAYS, Desk
from spanledger_api.inquiry import Inquiry
from spanledger_api.journey import HopView
from spanledger_api.money import Total, plain
from spanledger_api.openapi import documented, example
from spanledger_api.parameters import Clock
from spanledger_api.verdict import EntityRef
from spanledger_correlator.wording import amount_words, listed

router = APIRouter(tags=["entities"])


class Share(BaseModel):
    """What of it belongs to one client, or to one legal entity and month."""

    client: str | None = Field(default=None, examples=["Acme GmbH"])
    legal_entity: str | None = Field(default=None, examples=["DE01"])
    month: str | None = Field(
        default=None, description="In which they began (UTC): the close that they belong to.", examples=["2026-03"]
    )
    transactions: int
    totals: list[Total]


class ImpactAnswer(BaseModel):
    """What is open at an entity and behind it."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    entity: EntityRef
    sentence: str = Field(description="All of it in one sentence.")
    open: int = Field(description="How many transactions are open there.")
    stuck: int = Field(description="How many of these are stuck.")
    by_process: dict[str, int] = Field(examples=[{"invoice-to-cash": 2}])
    totals: list[Total] = Field(description="The money at stake in them; an entity's counts once.")
    clients: list[Share] = Field(description="The same by client.")
    closes: list[Share] = Field(description="The same by legal entity and month.")
    items: list[HopView] = Field(description="They themselves: stuck ones first, then the farthest.")
    cut_short: bool = Field(description="Whether there are more than a journey shows.")


@router.get(
    "/v1/entities/{entity_type}/{entity_id:path}/impact",
    response_model=ImpactAnswer,
    summary="What waits behind an entity",
    responses=example("impact") | documented(*ALWAYS, "not_found"),
)
async def impact(desk: Desk, entity_type: str, entity_id: str, parameters: Annotated[Clock, Query()]) -> Response:
    """If this cannot go on: the open transactions at it and downstream of it, their money, clients, and the closes that
    they belong to.
    """
    return await desk.answer(parameters, lambda inquiry: _find(inquiry, entity_type, entity_id))


def _find(inquiry: Inquiry, entity_type: str, entity_id: str) -> ImpactAnswer:
    way = journey.find(inquiry, entity_type, entity_id)
    waiting = [hop for hop in way.items if hop.direction != "upstream" and hop.status == "open"]
    clients: defaultdict[str, list[HopView]] = defaultdict(list)
    closes: defaultdict[tuple[str, str], list[HopView]] = defaultdict(list)
    for hop in waiting:
        clients[hop.client or ""].append(hop)
        closes[hop.legal_entity or "", f"{hop.started_at:%Y-%m}"].append(hop)
    return ImpactAnswer(
        as_of=way.as_of,
        known=way.known,
        entity=way.entity,
        sentence=_sentence(way.entity, waiting, [name for name in clients if name]),
        open=len(waiting),
        stuck=sum(hop.stuck for hop in waiting),
        by_process=dict(Counter(hop.process for hop in waiting)),
        totals=_totals(waiting),
        clients=[
            Share(client=name or None, transactions=len(hops), totals=_totals(hops))
            for name, hops in sorted(clients.items())
        ],
        closes=[
            Share(legal_entity=name or None, month=month, transactions=len(hops), totals=_totals(hops))
            for (name, month), hops in sorted(closes.items())
        ],
        items=sorted(waiting, key=lambda hop: (not hop.stuck, -hop.distance, hop.key)),
        cut_short=way.cut_short,
    )


def _totals(hops: Iterable[HopView]) -> list[Total]:
    """The money at stake by currency: an entity's counts once, however many transactions hold it."""
    held: defaultdict[str, dict[tuple[str, str], Decimal]] = defaultdict(dict)
    for hop in hops:
        root = (hop.entity.type, hop.entity.id)
        for money in hop.amounts:
            known = held[money.currency].get(root, Decimal(0))
            held[money.currency][root] = max(known, Decimal(money.open))
    return [
        Total(currency=currency, amount=plain(sum(roots.values(), Decimal(0))), entities=len(roots))
        for currency, roots in sorted(held.items())
    ]


def _sentence(entity: EntityRef, waiting: list[HopView], clients: list[str]) -> str:
    name = f"{entity.type.replace('_', ' ')} {entity.id}"
    if not waiting:
        return f"Nothing is open at {name} or behind it."
    kinds = Counter(hop.entity.type.replace("_", " ") for hop in waiting)
    what = listed([f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in sorted(kinds.items())])
    money = listed([amount_words(Decimal(one.amount), currency=one.currency) for one in _totals(waiting)])
    whose = (
        f" of {listed(sorted(clients))}" if 0 < len(clients) <= 3 else f" of {len(clients)} clients" if clients else ""
    )
    return f"Open at {name} and behind it: {what}{f', {money}' if money else ''}{whose}."
