"""Keeping corrections: each is a row that stays, announced as a group commit of one so that it is taken in once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from spanledger_correlator.corrections.correction import (
    KIND_OF,
    AddLink,
    Correction,
    CutLink,
    Decision,
    DetachSpan,
    EntityName,
    TakenBack,
)
from spanledger_correlator.statements import statement
from spanledger_store import Store

_NOTHING: Mapping[str, Any] = {
    "type": "",
    "entity": "",
    "other_type": "",
    "other": "",
    "trace": "",
    "span": "",
    "process": "",
    "root_type": "",
    "root": "",
    "takes": UUID(int=0),
}


def decide(store: Store, tenant: str, decision: Decision, *, who: str, why: str) -> UUID:
    """Keep a decision from now on; returns its id. The states that it changes follow with the correlator's next tick."""
    return _keep(store, tenant, KIND_OF[type(decision)], who, why, _told(decision))


def take_back(store: Store, tenant: str, correction: UUID, *, who: str, why: str) -> UUID:
    """End a correction from now on; returns the id of this decision. Taking one back twice changes nothing."""
    return _keep(store, tenant, "take_back", who, why, {"takes": correction})


def corrections(store: Store, tenant: str, known_until: datetime) -> list[Correction]:
    """What a tenant's people had decided by a moment, newest first, what was taken back included."""
    rows = store.rows(statement("corrections/listed"), {"tenant": tenant, "known_until": known_until})
    return [_correction(row) for row in rows]


def _keep(store: Store, tenant: str, kind: str, who: str, why: str, told: Mapping[str, Any]) -> UUID:
    identity = uuid4()
    bound = {**_NOTHING, **told, "tenant": tenant, "id": identity, "kind": kind, "who": who, "why": why}
    store.command(statement("corrections/keep"), bound)
    # After the decision itself: what is announced must be there.
    store.command(statement("corrections/announce"), {"tenant": tenant, "id": identity})
    return identity


def _told(decision: Decision) -> Mapping[str, Any]:
    if isinstance(decision, DetachSpan):
        return {
            "trace": decision.trace_id,
            "span": decision.span_id,
            "process": decision.process,
            "root_type": decision.root.type,
            "root": decision.root.id,
        }
    one, other = decision.one, decision.other
    return {"type": one.type, "entity": one.id, "other_type": other.type, "other": other.id}


def _correction(row: Mapping[str, Any]) -> Correction:
    ended = TakenBack(row["EndedBy"], row["EndedWhy"], _utc(row["EndedAt"])) if row["Ended"] else None
    return Correction(row["Id"], _decision(row), row["Who"], row["Why"], _utc(row["StoredAt"]), ended)


def _decision(row: Mapping[str, Any]) -> Decision:
    if row["Kind"] == "detach_span":
        return DetachSpan(row["TraceId"], row["SpanId"], row["Process"], EntityName(row["RootType"], row["RootId"]))
    kind = CutLink if row["Kind"] == "cut_link" else AddLink
    return kind(EntityName(row["Type"], row["EntityId"]), EntityName(row["OtherType"], row["OtherId"]))


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)
