"""Which spans of a committed group were not stored as spans, counted per request in the sender's words."""

from __future__ import annotations

from uuid import UUID

from spanledger_collector.responses import Outcome
from spanledger_store import Store

_COUNTS = """
SELECT RequestNumber, Reason, count() AS Spans
FROM rejected_spans
WHERE StoredAt = fromUnixTimestamp64Nano({stored_at:Int64}, 'UTC') AND Batch = {batch:UUID}
GROUP BY RequestNumber, Reason
ORDER BY RequestNumber, Reason
"""
_SENTENCES = {
    "trace_id_missing": "without a trace id",
    "trace_id_invalid": "whose trace id is not 16 bytes (32 hex digits in JSON), or all zero",
    "span_id_missing": "without a span id",
    "span_id_invalid": "whose span id is not 8 bytes (16 hex digits in JSON), or all zero",
}


def rejections(store: Store, batch: UUID, stored_at: int) -> dict[int, Outcome]:
    """By request number; a request whose spans were all accepted is absent."""
    rows = store.query(_COUNTS, {"stored_at": stored_at, "batch": str(batch)}).result_rows
    counts: dict[int, list[tuple[str, int]]] = {}
    for number, reason, spans in rows:
        counts.setdefault(number, []).append((reason, spans))
    return {
        number: Outcome(
            rejected=sum(spans for _, spans in found),
            message="Not stored as spans: "
            + ", ".join(f"{spans} {_SENTENCES[reason]}" for reason, spans in found)
            + ". They are kept in rejected_spans; send them with valid ids.",
        )
        for number, found in counts.items()
    }
