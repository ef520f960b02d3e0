"""The correlator: takes in new group commits and keeps the transactions they touch up to date.

It can be killed at any point: a batch is marked as taken in only after its states are kept, and taking it in again
changes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from clickhouse_connect.driver.exceptions import ClickHouseError

from spanledger_correlator import rules
from spanledger_correlator.definition import Definitions
from spanledger_correlator.evaluation import evaluate_touched, rebuild
from spanledger_correlator.rules import Vocabulary
from spanledger_correlator.workspace import Workspace
from spanledger_store import SpanledgerError, Store

LATE_COMMIT = "300"
"""Seconds for which a commit may become visible late: commits that old are still looked for."""

_log = logging.getLogger(__name__)

_NEW_BATCHES = """
SELECT Batch, min(StoredAt) AS FirstAt, max(StoredAt) AS LastAt, count() AS Spans
FROM spans
WHERE StoredAt >=
    (
        SELECT if(count() = 0, toDateTime64('1900-01-01 00:00:00', 9, 'UTC'), max(StoredAt) - toIntervalSecond({late:UInt32}))
        FROM correlated_batches
    )
    AND Batch NOT IN (SELECT Batch FROM correlated_batches)
GROUP BY Batch
ORDER BY FirstAt, Batch
"""


@dataclass(frozen=True)
class Batch:
    """A group commit: its id, its moment of storing as text in UTC with nanoseconds, and its number of spans."""

    id: str
    stored_at: str
    spans: int


class Correlator:
    """Keeps `transactions` equal to the function of the stored spans.

    `clock` gives unix nanoseconds; it only decides which definition versions are in force.
    """

    def __init__(
        self,
        store: Store,
        definitions: Definitions,
        *,
        every: float = 0.2,
        max_spans: int = 50_000,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._store = store
        self._definitions = definitions
        self._every = every
        self._max_spans = max_spans
        self._clock = clock
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._local = threading.local()

    def start(self) -> None:
        """Correlate in a thread of its own until `stop`."""
        self._thread = threading.Thread(target=self._run, name="spanledger-correlator", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Finish the batch at hand and stop; what is left is taken in by the next start."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def tick(self) -> int:
        """Take in the group commits that have come since, at most `max_spans` at once; returns the spans taken in."""
        batches = self._next_batches()
        if not batches:
            return 0
        work = self._workspace()
        version = self._clock()
        work.run(
            "incoming",
            {
                "batches": [batch.id for batch in batches],
                "first": min(batch.stored_at for batch in batches),
                "last": max(batch.stored_at for batch in batches),
            },
        )
        for name in ("superseded", "insert_superseded", "insert_facts", "insert_waiting", "insert_links"):
            work.run(name)
        for name in ("insert_aliases", "insert_attributes", "insert_traces"):
            work.run(name)
        evaluate_touched(work, version)
        self._mark(batches)
        return sum(batch.spans for batch in batches)

    def catch_up(self) -> int:
        """Tick until nothing new is there; returns the spans taken in."""
        total = 0
        while taken := self.tick():
            total += taken
        return total

    def rebuild(self, progress: Callable[[float], None] = lambda _: None) -> None:
        """Evaluate every transaction anew from what is stored; readers see the old rows until the new ones stand."""
        for done in rebuild(self._workspace(), self._clock()):
            progress(done)

    def _workspace(self) -> Workspace:
        """The calling thread's work tables; made anew when other definition versions have come into force."""
        now = datetime.fromtimestamp(self._clock() / 1e9, UTC)
        vocabulary = Vocabulary.of(self._definitions.in_force(now))
        kept = getattr(self._local, "work", None)
        if kept is None or kept.vocabulary != vocabulary:
            rules.record(self._store, self._definitions)
            kept = self._local.work = Workspace(self._store, vocabulary)
        return kept

    def _next_batches(self) -> list[Batch]:
        found: list[Batch] = []
        spans = 0
        rows: Any = self._store.query(
            _NEW_BATCHES.replace("min(StoredAt)", "toString(min(StoredAt))"), {"late": LATE_COMMIT}
        ).result_rows
        for batch, stored_at, _, count in rows:
            if found and spans + count > self._max_spans:
                break
            found.append(Batch(str(batch), stored_at, count))
            spans += count
        return found

    def _mark(self, batches: list[Batch]) -> None:
        self._store.command(
            "INSERT INTO correlated_batches (Batch, StoredAt) "
            "SELECT Batch, min(StoredAt) FROM spans WHERE Batch IN {batches:Array(UUID)} "
            "AND StoredAt BETWEEN {first:DateTime64(9, 'UTC')} AND {last:DateTime64(9, 'UTC')} GROUP BY Batch",
            {
                "batches": [batch.id for batch in batches],
                "first": min(batch.stored_at for batch in batches),
                "last": max(batch.stored_at for batch in batches),
            },
        )

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                taken = self.tick()
            except (ClickHouseError, SpanledgerError):
                _log.exception("The correlator could not take in new spans; it tries again in a second.")
                self._stopping.wait(1.0)
                continue
            if not taken:
                self._stopping.wait(self._every)
