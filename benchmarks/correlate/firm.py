"""The spans of many firms at once: one is simulated, the others are its copies with ids of their own.

A copy is made by the database, so that twenty million spans take minutes. Copies live side by side: a commit holds a
stretch of the simulated time of several firms, as a stream of many customers would.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime

from spanledger_collector import envelope
from spanledger_collector.door import checked_protobuf
from spanledger_server.simulate import SimulationOptions, capture, make_plan
from spanledger_store import Store

_REQUESTS_AT_ONCE = 20

_NUMBERED = """
CREATE OR REPLACE TABLE firm ENGINE = MergeTree ORDER BY Number AS
SELECT *, rowNumberInAllBlocks() AS Number
FROM (SELECT * FROM spans ORDER BY OccurredAt, TraceId, SpanId)
"""
_COPY = """
INSERT INTO spans
WITH concat('~', toString(copy)) AS mark
SELECT
    * EXCEPT (Number, copy)
    REPLACE (
        lower(hex(sipHash128(TraceId, copy))) AS TraceId,
        arrayMap(id -> concat(id, mark), EntityIds) AS EntityIds,
        arrayMap(id -> concat(id, mark), AliasIds) AS AliasIds,
        arrayMap(id -> concat(id, mark), AllocationIds) AS AllocationIds,
        if(TransactionKey = '', '', concat(TransactionKey, mark)) AS TransactionKey,
        if(IdempotencyKey = '', '', concat(IdempotencyKey, mark)) AS IdempotencyKey,
        sipHash64(ContentHash, copy) AS ContentHash,
        {stored:DateTime64(9, 'UTC')} AS StoredAt,
        {batch:UUID} AS Batch
    )
FROM (SELECT * FROM firm WHERE Number >= {first:UInt64} AND Number < {last:UInt64}) AS f
ARRAY JOIN range({copy:UInt32}, {copies_end:UInt32}) AS copy
"""


class Firm:
    """A simulated firm in the table `firm` of a store, and as many copies of it in `spans` as are asked for."""

    def __init__(self, store: Store, spans: int) -> None:
        self._store = store
        self.spans = spans
        self._copies = 0

    @classmethod
    def simulated(cls, store: Store, invoices: int, *, seed: int = 7) -> Firm:
        """Simulate one with so many invoices, its faults included; leaves `spans` empty."""
        options = SimulationOptions(seed=seed, size=invoices, until=date(2026, 6, 1))
        requests = [checked_protobuf(body) for body in capture(make_plan(options.scope), batch_size=1_000)]
        for first in range(0, len(requests), _REQUESTS_AT_ONCE):
            target = envelope.TARGETS["protobuf"]
            group = [("default", request) for request in requests[first : first + _REQUESTS_AT_ONCE]]
            payload = envelope.payload(group, uuid.uuid4(), time.time_ns())
            store.raw_insert(target.table, payload, target.input_format, target.settings)
        store.command(_NUMBERED)
        spans = int(store.command("SELECT count() FROM firm"))
        for table in ("spans", "commits"):
            store.command(f"TRUNCATE TABLE {table}")
        return cls(store, spans)

    def commits(self, spans: int, copies: int) -> Iterator[int]:
        """Commit `copies` further firms, about `spans` spans a commit; yields what each commit holds."""
        first_copy, self._copies = self._copies, self._copies + copies
        stretch = max(1, spans // copies)
        for first in range(0, self.spans, stretch):
            last = min(self.spans, first + stretch)
            self._store.command(
                _COPY,
                {
                    "stored": datetime.now(UTC),
                    "batch": str(uuid.uuid4()),
                    "first": first,
                    "last": last,
                    "copy": first_copy,
                    "copies_end": first_copy + copies,
                },
            )
            yield (last - first) * copies
