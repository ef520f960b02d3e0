"""The correlator: takes in new group commits and keeps the transactions they touch up to date.

It can be killed at any point: a batch is marked as taken in only after its states are kept, and taking it in again
changes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from clickhouse_connect.driver.exceptions import ClickHouseError

from spanledger_correlator import rules
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.evaluation import evaluate_everything, evaluate_touched
from spanledger_correlator.extract import DERIVED, extract
from spanledger_correlator.inbox import Inbox
from spanledger_correlator.rules import Vocabulary
from spanledger_correlator.statements import statement
from spanledger_correlator.workspace import Workspace
from spanledger_store import SpanledgerError, Store

_ENDS_WORTH_A_MERGE = 50_000
_log = logging.getLogger(__name__)


class Correlator:
    """Keeps `transactions` equal to the function of the stored spans.

    `clock` gives unix nanoseconds; it decides which definition versions are in force. `tick` and `rebuild` may be
    called from several threads: one at a time takes in.
    """

    def __init__(
        self,
        store: Store,
        definitions: Definitions,
        *,
        every: float = 0.2,
        max_spans: int = 150_000,
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
        self._inbox = Inbox(store)
        self._outdated = False
        self._vocabulary = self._in_force()
        self._version: int | None = None
        self._interrupted = False
        self._taking_in = threading.Lock()
        self._rows_after_tidying = 0

    def start(self) -> None:
        """Correlate in a thread of its own until `stop`."""
        self._inbox.recover()
        self._vocabulary = self._in_force()
        changed = rules.record(self._store, self._definitions)
        self._outdated = bool(changed and self._has_history()) or self._judged_otherwise()
        self._thread = threading.Thread(target=self._run, name="spanledger-correlator", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Finish the batch at hand and stop; what is left is taken in by the next start."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def tick(self) -> int:
        """Take in the group commits that have come since, at most `max_spans` at once; returns the spans taken in."""
        with self._taking_in:
            batches = self._inbox.next(self._max_spans)
            if not batches:
                return 0
            work = self._workspace()
            extract(work, batches)
            version = self._next_version()
            # An attempt that failed may have left states of some of these spans: this one must see them as old.
            again, self._interrupted = self._interrupted, True
            evaluate_touched(work, version, again=again)
            self._inbox.mark(batches)
            self._interrupted = False
            self._tidy()
            return sum(batch.spans for batch in batches)

    def catch_up(self) -> int:
        """Tick until nothing new is there; returns the spans taken in."""
        total = 0
        while taken := self.tick():
            total += taken
        return total

    def rebuild(self, progress: Callable[[float], None] = lambda _: None) -> None:
        """Derive everything anew from the spans; readers see each old state until its new one stands.

        Killed in the middle, it leaves an empty ledger of commits, so that the next start takes all of them in again.
        """
        with self._taking_in:
            self._rebuild(progress)

    def _rebuild(self, progress: Callable[[float], None]) -> None:
        rules.record(self._store, self._definitions)
        work = self._workspace()
        for table in DERIVED:
            self._store.command(f"TRUNCATE TABLE {table}")
        groups = list(self._inbox.groups(self._max_spans))
        for number, batches in enumerate(groups, 1):
            extract(work, batches)
            progress(number / len(groups) / 2)
        for done in evaluate_everything(work, self._next_version()):
            progress(0.5 + done / 2)
        for batches in groups:
            self._inbox.mark(batches)
        self._vocabulary, self._outdated = work.vocabulary, False

    def _tidy(self) -> None:
        """Merge the ends of closed transactions away, once they outnumber what is open: readers pass over each."""
        rows = int(self._store.command(statement("keep/rows_of_open")))
        if rows > 2 * self._rows_after_tidying + _ENDS_WORTH_A_MERGE:
            self._store.command("OPTIMIZE TABLE open_transactions FINAL CLEANUP")
            self._rows_after_tidying = int(self._store.command(statement("keep/rows_of_open")))

    def _workspace(self) -> Workspace:
        """The calling thread's work tables; made anew when other definition versions have come into force."""
        vocabulary = self._in_force()
        kept = getattr(self._local, "work", None)
        if kept is None or kept.vocabulary != vocabulary:
            rules.record(self._store, self._definitions)
            kept = self._local.work = Workspace(self._store, vocabulary)
        return kept

    def _next_version(self) -> int:
        """A version for the states of now: later than any kept, also when the clock was set back."""
        if self._version is None:
            ((self._version, interrupted),) = self._store.query(statement("keep/kept_version")).result_rows
            self._interrupted = bool(interrupted)
        self._version = max(self._clock(), self._version + 1)
        return self._version

    def _in_force(self) -> Vocabulary:
        now = datetime.fromtimestamp(self._clock() / 1e9, UTC)
        return Vocabulary.of(self._definitions.in_force(now))

    def _judged_otherwise(self) -> bool:
        return bool(self._store.command(statement("keep/judged_otherwise"), {"active": self._vocabulary.active}))

    def _has_history(self) -> bool:
        return bool(self._store.command("SELECT count() FROM correlated_batches"))

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._outdated or self._vocabulary != self._in_force():
                    _log.info("The definitions have changed: every transaction is judged anew.")
                    self.rebuild()
                taken = self.tick()
            except (ClickHouseError, SpanledgerError) as error:
                _log.error("The correlator could not take in new spans and tries again in a second: %s", error)
                _log.debug("where it failed", exc_info=True)
                # The work tables live in a session, and a session may have gone with the connection.
                self._local = threading.local()
                self._stopping.wait(1.0)
                continue
            if not taken:
                self._stopping.wait(self._every)
