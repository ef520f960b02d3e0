"""What is asked of what the correlator knows: what is stuck, a journey, everything as of a day, everything anew."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from starlette.testclient import TestClient

from benchmarks.correlate.intake import Figures, memory_peak_mb
from benchmarks.end_to_end.percentiles import percentile
from spanledger_api import create_app
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.reading import Reading
from spanledger_store import Store

_MOST_CONNECTED = """
SELECT toString(RootType), RootId FROM transactions FINAL WHERE Process = 'invoice-to-cash'
ORDER BY length(Related) DESC, RootId LIMIT 1
"""


def stuck_and_journey(store: Store, definitions: Definitions, times: int) -> Figures:
    """The first page of what is stuck, and the journey of the invoice with the most around it, over the API."""
    is_open = int(store.command("SELECT count() FROM open_verdicts FINAL"))
    ((kind, root),) = store.query(_MOST_CONNECTED).result_rows
    with TestClient(create_app(store, definitions), base_url="http://127.0.0.1") as client:
        stuck = _asked(client, "/v1/stuck", times)
        journey = _asked(client, f"/v1/entities/{kind}/{root}/journey", times)
    return {
        "open_transactions": is_open,
        "stuck_query_p50_ms": round(1000 * percentile(stuck, 50), 1),
        "stuck_query_p95_ms": round(1000 * percentile(stuck, 95), 1),
        "journey_p50_ms": round(1000 * percentile(journey, 50), 1),
        "journey_p95_ms": round(1000 * percentile(journey, 95), 1),
    }


def as_of(store: Store, definitions: Definitions) -> Figures:
    """Everything as of a moment at which all spans were known."""
    moment = datetime.now(UTC) + timedelta(seconds=1)
    seconds = _timed(lambda: Reading(store, definitions, "default", as_of=moment))
    return {"as_of_everything_seconds": seconds, "memory_peak_mb_after_as_of": memory_peak_mb()}


def rebuild(correlator: Correlator) -> Figures:
    """Everything anew from the spans."""
    seconds = _timed(correlator.rebuild)
    return {"rebuild_seconds": seconds, "memory_peak_mb_after_rebuild": memory_peak_mb()}


def _asked(client: TestClient, path: str, times: int) -> list[float]:
    took: list[float] = []
    for _ in range(times + 3):
        began = time.perf_counter()
        answer = client.get(path)
        took.append(time.perf_counter() - began)
        answer.raise_for_status()
    return took[3:]


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return round(time.perf_counter() - began, 2)
