"""Two giants that must not hold the others up: a transaction with very many spans, a payment over very many invoices."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime

from benchmarks.correlate.intake import Figures
from spanledger_correlator.correlator import Correlator
from spanledger_store import Store

_SPANS = """
INSERT INTO spans
    (Tenant, TraceId, SpanId, Timestamp, OccurredAt, SpanName, Step, System, Outcome, EntityTypes, EntityIds,
     Amount, Currency, ContentHash, StoredAt, Batch)
WITH toDateTime64('2026-05-01 00:00:00', 9, 'UTC') + toIntervalSecond(number) AS happened
SELECT
    'giants', lower(hex(sipHash128({name:String}, number))), lower(hex(sipHash64({name:String}, number))),
    happened, happened, 'payment.received', 'payment.received', 'netsuite', 'success',
    {types:Array(String)}, arrayMap(id -> replace(id, '#', toString(number)), {ids:Array(String)}),
    1, 'EUR', sipHash64({name:String}, number, 'content'), {stored:DateTime64(9, 'UTC')}, {batch:UUID}
FROM numbers({count:UInt64})
"""


def transaction(store: Store, correlator: Correlator, spans: int) -> Figures:
    """Part payments of one invoice, then one more: the tick of the latter."""
    _commit(store, "many", ["invoice"], ["GIANT"], spans)
    first = _tick(correlator)
    _commit(store, "one more", ["invoice"], ["GIANT"], 1)
    return {
        "giant_transaction_spans": spans,
        "giant_transaction_first_tick_seconds": first,
        "giant_transaction_further_tick_seconds": _tick(correlator),
    }


def payment(store: Store, correlator: Correlator, invoices: int, spans: int) -> Figures:
    """One payment over so many invoices, then spans that name only the payment: the tick of the latter."""
    _commit(store, "linked", ["payment", "invoice"], ["WIDE", "WIDE-#"], invoices)
    first = _tick(correlator)
    _commit(store, "alone", ["payment"], ["WIDE"], spans)
    return {
        "giant_payment_invoices": invoices,
        "giant_payment_spans_that_name_it_alone": spans,
        "giant_payment_first_tick_seconds": first,
        "giant_payment_further_tick_seconds": _tick(correlator),
    }


def _commit(store: Store, name: str, types: list[str], ids: list[str], count: int) -> None:
    values = {"name": name, "types": types, "ids": ids, "count": count}
    store.command(_SPANS, {**values, "stored": datetime.now(UTC), "batch": str(uuid.uuid4())})


def _tick(correlator: Correlator) -> float:
    began = time.perf_counter()
    correlator.catch_up()
    return round(time.perf_counter() - began, 2)
