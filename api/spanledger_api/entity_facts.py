"""What spans said about an entity: the ids it goes by, and its attributes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, Field

from spanledger_api.filters import bound_moment
from spanledger_api.inquiry import Inquiry
from spanledger_api.moments import utc

_CURRENT: Final = """
    (TraceId, SpanId, ContentHash) NOT IN
    (
        SELECT TraceId, SpanId, ContentHash FROM superseded_copies
        WHERE Tenant = {tenant:String} AND StoredAt <= {known_until:DateTime64(9, 'UTC')}
    )
"""
"""The copies of a span that no better copy had replaced by then."""

_NEIGHBOURS: Final = f"""
    SELECT DISTINCT OtherId FROM alias_edges
    WHERE Tenant = {{tenant:String}} AND Type = {{type:String}} AND Id IN {{ids:Array(String)}}
        AND StoredAt <= {{known_until:DateTime64(9, 'UTC')}} AND {_CURRENT}
    LIMIT {{limit:UInt64}}
"""  # noqa: S608 - made of this module's own text; the values are bound
_ATTRIBUTES: Final = f"""
    SELECT Key, argMax((Value, Happened, TraceId, SpanId), (Happened, TraceId, SpanId)) AS Newest
    FROM
    (
        SELECT Key, Value, TraceId, SpanId, least(OccurredAt, StoredAt) AS Happened
        FROM entity_attributes
        WHERE Tenant = {{tenant:String}} AND Type = {{type:String}} AND Id IN {{ids:Array(String)}}
            AND StoredAt <= {{known_until:DateTime64(9, 'UTC')}} AND {_CURRENT}
    )
    WHERE Happened <= {{moment:DateTime64(9, 'UTC')}}
    GROUP BY Key ORDER BY Key
"""  # noqa: S608 - as above

MOST_IDS: Final = 1000
"""An entity with more ids than this is shown with so many of them."""


class AttributeView(BaseModel):
    """The newest value of a fact about an entity."""

    key: str = Field(examples=["tier"])
    value: str = Field(examples=["platinum"])
    said_at: datetime = Field(description="When the span that said it happened.")
    trace_id: str
    span_id: str


def ids_of(inquiry: Inquiry, entity_type: str, entity_id: str) -> list[str]:
    """Every id that the entity goes by, itself included, sorted: aliases are followed from id to id."""
    known: set[str] = set()
    fresh = {entity_id}
    while fresh and len(known) < MOST_IDS:
        known |= fresh
        values = {"type": entity_type, "ids": sorted(fresh), "limit": MOST_IDS, **_clock(inquiry)}
        fresh = {row["OtherId"] for row in inquiry.rows(_NEIGHBOURS, values)} - known
    return sorted(known)


def attributes_of(inquiry: Inquiry, entity_type: str, ids: list[str]) -> list[AttributeView]:
    """The newest attributes of the entity that goes by these ids."""
    values: dict[str, Any] = {
        "type": entity_type,
        "ids": ids,
        "moment": bound_moment(inquiry.moment),
        **_clock(inquiry),
    }
    return [_attribute(row["Key"], *row["Newest"]) for row in inquiry.rows(_ATTRIBUTES, values)]


def _attribute(key: str, value: str, happened: datetime, trace_id: str, span_id: str) -> AttributeView:
    return AttributeView(key=key, value=value, said_at=utc(happened), trace_id=trace_id, span_id=span_id)


def _clock(inquiry: Inquiry) -> dict[str, str]:
    return {"known_until": bound_moment(inquiry.known_until)}
