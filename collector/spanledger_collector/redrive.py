"""What was rejected, looked at and driven again.

A span without a valid identity is kept as a request of its own (`rejections`). Driven again, it gets the ids that it
lacks from its content, so that it counts once however often it is driven.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

from spanledger_collector import deep_values, json_door
from spanledger_collector.deep_values import dumped
from spanledger_collector.door import Checked, checked_protobuf
from spanledger_collector.door_schema import DeepRequest
from spanledger_collector.insertion import insert
from spanledger_collector.json_door import checked_json
from spanledger_collector.rejections import reason
from spanledger_store import NotFound, Store

_KEPT = """
SELECT
    Id, StoredAt, Reason, ServiceName, SpanName, TraceId, SpanId, Encoding, base64Encode(Request) AS Bytes, RetriedAt
FROM rejected_spans
LEFT JOIN (
    SELECT Id, toNullable(max(RetriedAt)) AS RetriedAt FROM rejected_retries WHERE Tenant = {tenant:String} GROUP BY Id
) AS retries USING Id
WHERE Tenant = {tenant:String} AND (empty({ids:Array(String)}) OR has({ids:Array(String)}, Id))
    AND ({retried:Bool} OR RetriedAt IS NULL)
ORDER BY StoredAt DESC, Id
LIMIT 1 BY Id
LIMIT {limit:UInt64}
"""
_WAITING = """
SELECT uniqExact(Id) AS Waiting FROM rejected_spans
WHERE Tenant = {tenant:String} AND Id NOT IN (SELECT Id FROM rejected_retries WHERE Tenant = {tenant:String})
"""
_NO_LIMIT = 2**63
GROUP = 1_000
"""So many are stored at a time."""
_A_TRACE_ID, _A_SPAN_ID = "1" * 32, "1" * 16


@dataclass(frozen=True)
class Kept:
    """A rejected span and the request that it came as; `retried_at` is None until it was driven again. Times are UTC."""

    id: str
    rejected_at: datetime
    reason: str
    service: str
    name: str
    trace_id: str
    span_id: str
    encoding: str
    request: bytes
    retried_at: datetime | None


@dataclass(frozen=True)
class Driven:
    """A rejected span that is stored now, and the ids (hex) that it is stored by."""

    id: str
    trace_id: str
    span_id: str


def newest(store: Store, tenant: str, *, retried: bool, limit: int) -> list[Kept]:
    """A tenant's last rejected spans, the last one first; without `retried` only those that wait to be driven again."""
    return _kept(store, tenant, (), retried=retried, limit=limit)


def waiting(store: Store, tenant: str) -> int:
    """How many of a tenant's rejected spans were never driven again."""
    return int(store.rows(_WAITING, {"tenant": tenant})[0]["Waiting"])


def by_ids(store: Store, tenant: str, ids: Sequence[str]) -> list[Kept]:
    """These rejected spans.

    Raises:
        NotFound: the tenant has not all of them.
    """
    found = _kept(store, tenant, ids, retried=True) if ids else []
    if missing := set(ids) - {kept.id for kept in found}:
        raise NotFound(
            f"No rejected span has the id {min(missing)!r}.",
            hint="`spanledger rejected list` shows them; `--tenant` says whose.",
        )
    return found


def retry(store: Store, tenant: str, kept: Sequence[Kept], clock: Callable[[], int] = time.time_ns) -> Iterator[Driven]:
    """Store rejected spans under ids that they have or get; each is yielded once it is durable."""
    for encoding, alike in groupby(sorted(kept, key=attrgetter("encoding")), key=attrgetter("encoding")):
        while group := list(islice(alike, GROUP)):
            mended = [_MEND[encoding](one) for one in group]
            now = clock()
            insert(store, [(tenant, checked) for checked, _ in mended], now)
            driven = [ids for _, ids in mended]
            rows = [(tenant, one.id, now, one.trace_id, one.span_id) for one in driven]
            store.insert("rejected_retries", rows, ("Tenant", "Id", "RetriedAt", "TraceId", "SpanId"))
            yield from driven


def attributes(kept: Kept) -> dict[str, str]:
    """The attributes of a rejected span: text as it is, everything else as JSON."""
    return {key: value if isinstance(value, str) else dumped(value) for key, value in _plain_attributes(kept)}


def _plain_attributes(kept: Kept) -> Iterator[tuple[str, Any]]:
    if kept.encoding == "json":
        (span,) = json.loads(kept.request)["resourceSpans"][0]["scopeSpans"][0]["spans"]
        yield from (
            (item.get("key") or "", json_door.plain(item.get("value"))) for item in span.get("attributes") or ()
        )
        return
    # The class is made at run time from a schema, so its fields have no static types.
    request: Any = DeepRequest.FromString(kept.request)
    given = request.resource_spans[0].scope_spans[0].spans[0].attributes
    yield from ((item.key.decode(errors="replace"), deep_values.plain(item.value)) for item in given)


def _kept(store: Store, tenant: str, ids: Sequence[str], *, retried: bool, limit: int = _NO_LIMIT) -> list[Kept]:
    rows = store.rows(_KEPT, {"tenant": tenant, "ids": list(ids), "retried": retried, "limit": limit})
    return [
        Kept(
            row["Id"],
            row["StoredAt"].replace(tzinfo=UTC),
            row["Reason"],
            row["ServiceName"],
            row["SpanName"],
            row["TraceId"],
            row["SpanId"],
            row["Encoding"],
            base64.b64decode(row["Bytes"]),
            row["RetriedAt"] and row["RetriedAt"].replace(tzinfo=UTC),
        )
        for row in rows
    ]


def _ids(kept: Kept) -> Driven:
    digest = hashlib.sha256(kept.request).hexdigest()
    return Driven(
        kept.id,
        digest[16:48] if reason(kept.trace_id, _A_SPAN_ID) else kept.trace_id,
        digest[:16] if reason(_A_TRACE_ID, kept.span_id) else kept.span_id,
    )


def _mended_protobuf(kept: Kept) -> tuple[Checked, Driven]:
    # The class is made at run time from a schema, so its fields have no static types.
    request: Any = DeepRequest.FromString(kept.request)
    ids = _ids(kept)
    span = request.resource_spans[0].scope_spans[0].spans[0]
    span.trace_id, span.span_id = bytes.fromhex(ids.trace_id), bytes.fromhex(ids.span_id)
    return checked_protobuf(request.SerializePartialToString()), ids


def _mended_json(kept: Kept) -> tuple[Checked, Driven]:
    request = json.loads(kept.request)
    ids = _ids(kept)
    request["resourceSpans"][0]["scopeSpans"][0]["spans"][0] |= {"traceId": ids.trace_id, "spanId": ids.span_id}
    return checked_json(dumped(request).encode()), ids


_MEND: Mapping[str, Callable[[Kept], tuple[Checked, Driven]]] = {"protobuf": _mended_protobuf, "json": _mended_json}
