"""Spans that have no valid identity: they are not stored as spans, but kept as they came, and counted in the answer.

ClickHouse leaves them out when it decodes a group. Only a group that comes out short is looked through here, span by
span.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from spanledger_collector.deep_values import dumped
from spanledger_collector.door import Checked
from spanledger_collector.door_schema import DeepRequest, DeepResourceSpans
from spanledger_collector.responses import Outcome
from spanledger_store import Store, StoreUnavailable

_STORED = """
SELECT count() FROM spans
WHERE StoredAt = fromUnixTimestamp64Nano({stored_at:Int64}, 'UTC') AND Batch = {batch:UUID}
"""
_COLUMNS = (
    "Tenant StoredAt Batch Reason ServiceName SpanName TraceId SpanId Encoding Request".split()  # noqa: SIM905  as in SQL
)
SENTENCES: Mapping[str, str] = {
    "trace_id_missing": "without a trace id",
    "trace_id_invalid": "whose trace id is not 16 bytes (32 hex digits in JSON), or all zero",
    "span_id_missing": "without a span id",
    "span_id_invalid": "whose span id is not 8 bytes (16 hex digits in JSON), or all zero",
}
"""What each reason says of a span."""
_HEX = re.compile(r"[0-9a-f]*\Z")


@dataclass(frozen=True)
class Rejected:
    """One span that was not stored, and the request of its own that it came as."""

    reason: str
    service: str
    name: str
    trace_id: str
    span_id: str
    request: bytes


def outcomes(store: Store, requests: Sequence[tuple[str, Checked]], batch: UUID, stored_at: int) -> list[Outcome]:
    """What became of each request of a group that was inserted; rejected spans are kept before this returns.

    Raises:
        StoreUnavailable: spans are missing that have an identity; as when the views that decode are being made anew.
    """
    stored = store.query(_STORED, {"stored_at": stored_at, "batch": str(batch)}).result_rows[0][0]
    sent = sum(request.spans for _, request in requests)
    if stored == sent:
        return [Outcome()] * len(requests)
    found = [(tenant, request.encoding, list(rejected(request))) for tenant, request in requests]
    if stored != sent - sum(len(spans) for _, _, spans in found):
        raise StoreUnavailable(
            f"It took {sent} spans, of which {stored} are there.",
            hint="Is another version of Spanledger migrating it? Once that is done, it takes them.",
        )
    rows = [
        (tenant, stored_at, batch, one.reason, one.service, one.name, one.trace_id, one.span_id, encoding, one.request)
        for tenant, encoding, spans in found
        for one in spans
    ]
    store.insert("rejected_spans", rows, _COLUMNS)
    return [_outcome(spans) for _, _, spans in found]


def rejected(request: Checked) -> Iterator[Rejected]:
    """The spans of a request that have no valid identity."""
    for part in request.parts:
        yield from _of_json(json.loads(part)) if request.encoding == "json" else _of_protobuf(part)


def reason(trace_id: str, span_id: str) -> str:
    """Why the ids (hex, lower case) are no identity; empty if they are one."""
    for name, value, length in (("trace_id", trace_id, 32), ("span_id", span_id, 16)):
        if not value:
            return f"{name}_missing"
        if len(value) != length or not _HEX.match(value) or not value.strip("0"):
            return f"{name}_invalid"
    return ""


def _of_protobuf(part: bytes) -> Iterator[Rejected]:
    # The class is made at run time from a schema, so its fields have no static types.
    given: Any = DeepResourceSpans.FromString(part)
    for scope in given.scope_spans:
        for span in scope.spans:
            trace_id, span_id = span.trace_id.hex(), span.span_id.hex()
            if why := reason(trace_id, span_id):
                alone: Any = DeepRequest()
                resource_spans = alone.resource_spans.add(resource=given.resource)
                resource_spans.scope_spans.add(scope=scope.scope, spans=[span])
                attributes = {item.key: item.value.string_value for item in given.resource.attributes}
                service = attributes.get(b"service.name", b"").decode(errors="replace")
                name = span.name.decode(errors="replace")
                yield Rejected(why, service, name, trace_id, span_id, alone.SerializePartialToString())


def _of_json(given: Mapping[str, Any]) -> Iterator[Rejected]:
    for resource_spans in given.get("resourceSpans") or ():
        resource = resource_spans.get("resource") or {}
        attributes = {item.get("key"): item.get("value") or {} for item in resource.get("attributes") or ()}
        service = (attributes.get("service.name") or {}).get("stringValue") or ""
        for scope in resource_spans.get("scopeSpans") or ():
            for span in scope.get("spans") or ():
                trace_id, span_id = str(span.get("traceId") or "").lower(), str(span.get("spanId") or "").lower()
                if why := reason(trace_id, span_id):
                    alone = {"resource": resource, "scopeSpans": [{"scope": scope.get("scope") or {}, "spans": [span]}]}
                    text = dumped({"resourceSpans": [alone]})
                    yield Rejected(why, service, str(span.get("name") or ""), trace_id, span_id, text.encode())


def _outcome(spans: Sequence[Rejected]) -> Outcome:
    if not spans:
        return Outcome()
    reasons = Counter(one.reason for one in spans)
    told = ", ".join(f"{count} {SENTENCES[why]}" for why, count in sorted(reasons.items()))
    return Outcome(
        f"Not stored as spans: {told}. They are kept: `spanledger rejected list` shows them, `retry` gives them ids.",
        reasons,
    )
