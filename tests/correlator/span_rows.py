"""Rows of the span table for tests of the correlator: what the collector would have written."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from spanledger_store import Store

EPOCH = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Minute 0 of the tests' time."""
STORED = EPOCH + timedelta(days=20)
"""When the tests' spans are stored unless they say otherwise."""


def hex_id(name: str, size: int) -> str:
    return blake2b(name.encode(), digest_size=size).hexdigest()


@dataclass(frozen=True)
class SpanRow:
    """One span. `at` is in minutes from `EPOCH`; `name` makes the ids, `trace` groups spans, `parent` names a span."""

    name: str
    step: str = ""
    at: float = 0
    entities: tuple[tuple[str, str], ...] = ()
    trace: str = ""
    parent: str = ""
    outcome: str = ""
    amount: tuple[str, str] | None = None
    allocations: tuple[tuple[str, str, str], ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    attributes: tuple[tuple[str, str, str], ...] = ()
    error: tuple[str, str, str] = ("", "", "")
    key: str = ""
    replay_of: str = ""
    retryable: bool | None = None
    process: str = ""
    transaction: str = ""
    system: str = "netsuite"
    due_at: float | None = None
    tenant: str = "default"
    legal_entity: str = ""
    stored_at: datetime = STORED
    duration_ns: int = 0
    service: str = "test"
    quantity: tuple[str, str] | None = None
    record_count: int = 0
    producer: tuple[str, int] | None = None
    span_attributes: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def trace_id(self) -> str:
        return hex_id(self.trace or self.name, 16)

    @property
    def span_id(self) -> str:
        return hex_id(self.name, 8)

    def having(self, **changes: Any) -> SpanRow:
        return replace(self, **changes)

    def columns(self, batch: uuid.UUID) -> dict[str, Any]:
        happened = EPOCH + timedelta(minutes=self.at)
        content = json.dumps({k: v for k, v in self.__dict__.items() if k not in {"stored_at", "tenant"}}, default=str)
        return {
            "Tenant": self.tenant,
            "TraceId": self.trace_id,
            "SpanId": self.span_id,
            "ParentSpanId": hex_id(self.parent, 8) if self.parent else "",
            "Timestamp": happened,
            "Duration": self.duration_ns,
            "SpanName": self.step or self.name,
            "ServiceName": self.service,
            "SpanAttributes": self.span_attributes,
            "StatusCode": "Error" if self.outcome == "failure" else "Unset",
            "StoredAt": self.stored_at,
            "Batch": batch,
            "ContentHash": int.from_bytes(blake2b(content.encode(), digest_size=8).digest(), "big"),
            "OccurredAt": happened + timedelta(microseconds=self.duration_ns / 1000),
            "Process": self.process,
            "TransactionKey": self.transaction,
            "Step": self.step,
            "System": self.system,
            "EntityTypes": [kind for kind, _ in self.entities],
            "EntityIds": [entity for _, entity in self.entities],
            "AliasTypes": [kind for kind, _ in self.aliases],
            "AliasIds": [alias for _, alias in self.aliases],
            "AttributeTypes": [kind for kind, _, _ in self.attributes],
            "AttributeKeys": [key for _, key, _ in self.attributes],
            "AttributeValues": [value for _, _, value in self.attributes],
            "Outcome": (self.outcome or "success") if self.step else "",
            "Amount": Decimal(self.amount[0]) if self.amount else None,
            "Currency": self.amount[1] if self.amount else "",
            "AllocationTypes": [kind for kind, _, _ in self.allocations],
            "AllocationIds": [entity for _, entity, _ in self.allocations],
            "AllocationAmounts": [Decimal(part) for _, _, part in self.allocations],
            "Quantity": Decimal(self.quantity[0]) if self.quantity else None,
            "Unit": self.quantity[1] if self.quantity else "",
            "RecordCount": self.record_count,
            "ProducerId": self.producer[0] if self.producer else "",
            "ProducerSeq": self.producer[1] if self.producer else 0,
            "LegalEntity": self.legal_entity,
            "DueAt": None if self.due_at is None else EPOCH + timedelta(minutes=self.due_at),
            "IdempotencyKey": self.key,
            "ReplayOf": self.replay_of,
            "ErrorRetryable": self.retryable,
            "ErrorKind": self.error[0],
            "ErrorCode": self.error[1],
            "ErrorMessage": self.error[2],
        }


def put(store: Store, *spans: SpanRow) -> None:
    """Commit the spans as one group."""
    batch = uuid.uuid4()
    rows = [span.columns(batch) for span in spans]
    if rows:
        store.insert("spans", [list(row.values()) for row in rows], list(rows[0]))
