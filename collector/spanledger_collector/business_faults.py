"""Spans that are stored, with a business value that cannot be what it says: found again, and told in plain words.

The faults themselves are found where a span is decoded (`Problems`, the last view of the store's `decoding`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from spanledger_store import Store

SENTENCES: Mapping[str, tuple[str, str]] = {
    "amount_not_a_number": ("the amount is no number", "business.amount"),
    "amount_without_currency": ("the amount has no currency", "business.amount"),
    "unknown_currency": ("there is no such currency", "business.currency"),
    "quantity_not_a_number": ("the quantity is no number", "business.quantity"),
    "occurred_at_unreadable": ("the time it happened is no RFC 3339 time", "business.occurred_at"),
    "due_at_unreadable": ("the time it is due is no RFC 3339 time", "business.due_at"),
    "allocation_unreadable": ("an allocation is not ID=AMOUNT", ""),
    "alias_ambiguous": ("an alias could be that of several entities, or of none", ""),
    "unknown_outcome": ("there is no such outcome", "business.outcome"),
    "step_without_entity": ("the step names no entity, so that no transaction can be found for it", "business.step"),
    "time_missing": ("it has no start or no end", ""),
    "end_before_start": ("it ends before it starts", ""),
    "occurs_in_future": ("it happens after it arrived: a clock is wrong, or a date", "business.occurred_at"),
}
"""What each fault says, and the attribute whose value shows it."""

_FLAGGED = """
SELECT StoredAt, ServiceName, SpanName, TraceId, SpanId, Problems, SpanAttributes
FROM spans
WHERE Tenant = {tenant:String} AND notEmpty(Problems)
ORDER BY StoredAt DESC, TraceId, SpanId
LIMIT 1 BY TraceId, SpanId
LIMIT {limit:UInt64}
"""


@dataclass(frozen=True)
class Flagged:
    """A stored span with its faults, each a sentence. The time is UTC."""

    trace_id: str
    span_id: str
    stored_at: datetime
    service: str
    name: str
    faults: tuple[str, ...]


def newest(store: Store, tenant: str, limit: int) -> list[Flagged]:
    """A tenant's last stored spans that have a fault, the last one first."""
    return [
        Flagged(
            row["TraceId"],
            row["SpanId"],
            row["StoredAt"].replace(tzinfo=UTC),
            row["ServiceName"],
            row["SpanName"],
            tuple(_told(problem, row["SpanAttributes"]) for problem in row["Problems"]),
        )
        for row in store.rows(_FLAGGED, {"tenant": tenant, "limit": limit})
    ]


def _told(problem: str, attributes: Mapping[str, str]) -> str:
    sentence, attribute = SENTENCES[problem]
    value = attributes.get(attribute, "")
    return f"{sentence}: {value[:80]!r}" if value else sentence
