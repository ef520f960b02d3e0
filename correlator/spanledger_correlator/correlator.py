"""The correlator: takes in new group commits and keeps the transactions they touch up to date.

It can be killed at any point: a batch is marked as taken in only after its states are kept, and taking it in again
changes nothing. When definitions or statements have changed, everything is derived anew beside what stands
(`rebuilding.py`), while new spans go on being taken in.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from clickhouse_connect.driver.exceptions import ClickHouseError

from spanledger_correlator import branch, calendars, derivation, kept_verdicts, rates, rules
from spanledger_correlator.definition.model import Definitions, ProcessDefinition
from spanledger_correlator.derivation import Derivation
from spanledger_correlator.evaluation import evaluate_everything, evaluate_process, evaluate_touched
from spanledger_correlator.extract import extract
from spanledger_correlator.inbox import Inbox
from spanledger_correlator.rebuilding import RebuildStopped, rebuilt
from spanledger_correlator.rules import Vocabulary
from spanledger_correlator.statements import statement
from spanledger_correlator.workspace import Workspace
from spanledger_store import NotFound, SpanledgerError, Store

_ENDS_WORTH_A_MERGE = 50_000
_LOOKS_EVERY = 1.0
"""Seconds between two looks at verdicts that no longer hold."""
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
        self.store = store
        self._definitions = definitions
        self._every = every
        self._max_spans = max_spans
        self._clock = clock
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._local = threading.local()
        self._inbox = Inbox(store)
        self._stands: Derivation | None = None
        self.ruling = self._in_force()
        """The definition versions by which spans are taken in: in force now, or still those that the tables stand on."""
        self._version: int | None = None
        self._interrupted = False
        self._taking_in = threading.Lock()
        self._rebuilding = threading.Lock()
        self._rebuild_thread: threading.Thread | None = None
        self._evaluations = 0
        self._rows_after_tidying = 0

    def start(self) -> None:
        """Correlate in a thread of its own until `stop`."""
        branch.recover(self.store)
        calendars.record(self.store, self._definitions)
        self._inbox.recover()
        derivation.remember(self.store, self._definitions, self._moment())
        rates.record(self.store, self._definitions.rates)
        kept_verdicts.recover(self.store, *self._clock_and_rates())
        self._stands = derivation.standing(self.store)
        if self._stands is None and not self._has_history():
            self._stands = self._wanted()
            derivation.stand(self.store, self._stands)
        self.ruling = self._standing()
        self._thread = threading.Thread(target=self._run, name="spanledger-correlator", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Finish the batch at hand and stop; what is left is taken in by the next start."""
        self._stopping.set()
        ends = time.monotonic() + timeout
        for thread in (self._thread, self._rebuild_thread):
            if thread is not None:
                thread.join(max(0.0, ends - time.monotonic()))

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
            self._local.evaluations = self._evaluations
            self._tidy()
            return sum(batch.spans for batch in batches)

    def catch_up(self) -> int:
        """Tick until nothing new is there; returns the spans taken in."""
        total = 0
        while taken := self.tick():
            total += taken
        return total

    def rebuild(self, progress: Callable[[float], None] = lambda _: None) -> None:
        """Derive everything anew from the spans, beside what stands: readers see the old until the new is complete.

        `progress` gets the share done, 0 to 1, and may raise to give it up. Killed in the middle, the old stands and it
        can be started again. New spans go on being taken in, if somebody ticks meanwhile.
        """
        # A branch shows the calendars of its store, and writes none.
        calendars.record(self.store, self._definitions)
        with (
            self._rebuilding,
            rebuilt(self.store, self._beside, self._watched(progress)) as anew,
            self._taking_in,
        ):
            anew.catch_up()
            branch.take_over(self.store, anew.store)
            self.ruling, self._stands = anew.ruling, Derivation.of(anew.ruling, self._definitions.calendars)
            derivation.stand(self.store, self._stands)
            self._version = None
            self._evaluations += 1
            self._rows_after_tidying = 0

    def derive(self, progress: Callable[[float], None]) -> None:
        """Take in everything at once, into tables that hold nothing yet; `progress` gets the share done, 0 to 1."""
        rules.record(self.store, self._definitions)
        work = self._workspace()
        groups = list(self._inbox.groups(self._max_spans))
        for number, batches in enumerate(groups, 1):
            extract(work, batches)
            progress(number / len(groups) / 2)
        for done in evaluate_everything(work, self._next_version()):
            progress(0.5 + done / 2)
        for batches in groups:
            self._inbox.mark(batches)
        self._local.evaluations = self._evaluations

    def rejudge(self, process: str, progress: Callable[[float], None] = lambda _: None) -> None:
        """Stitch and judge every transaction of one process anew from what was extracted, a slice of them at a time.

        New spans are taken in between the slices.

        Raises:
            NotFound: no such process is in force.
        """
        watched = self._watched(progress)
        active = [(one.process, one.version) for one in self.ruling if one.process == process]
        if not active:
            known = ", ".join(sorted(one.process for one in self.ruling))
            raise NotFound(f"There is no process {process!r}.", hint=f"In force are: {known}.")
        with self._rebuilding:
            work = Workspace(self.store, replace(Vocabulary.of(self.ruling), active=active))
            with self._taking_in:
                first = self._next_version()
            slices = evaluate_process(work, process, first, self._next_version)
            while True:
                with self._taking_in:
                    done = next(slices, None)
                if done is None:
                    return
                watched(done)

    def _beside(self, store: Store) -> Correlator:
        """One like this for a branch."""
        return Correlator(store, self._definitions, max_spans=self._max_spans, clock=self._clock)

    def _watched(self, progress: Callable[[float], None]) -> Callable[[float], None]:
        def watched(done: float) -> None:
            if self._stopping.is_set():
                raise RebuildStopped
            progress(done)

        return watched

    def _tidy(self) -> None:
        """Merge the ends of closed transactions away, once they outnumber what is open: readers pass over each."""
        rows = int(self.store.command(statement("verdicts/rows_of_open")))
        if rows > 2 * self._rows_after_tidying + _ENDS_WORTH_A_MERGE:
            self.store.command("OPTIMIZE TABLE open_verdicts FINAL CLEANUP")
            self._rows_after_tidying = int(self.store.command(statement("verdicts/rows_of_open")))

    def _workspace(self) -> Workspace:
        """The calling thread's work tables.

        Made anew when the kept tables stand on other definitions than before; and when the aliases that they hold may
        not be those that are kept: another thread has evaluated since, or an evaluation of this one did not end.
        """
        kept = getattr(self._local, "work", None)
        current = getattr(self._local, "evaluations", None) == self._evaluations
        self._evaluations += 1
        vocabulary = Vocabulary.of(self.ruling)
        if kept is None or not current or kept.vocabulary != vocabulary:
            if self._stands is None or self._stands == self._wanted():
                rules.record(self.store, self._definitions)
                calendars.record(self.store, self._definitions)
            kept = self._local.work = Workspace(self.store, vocabulary)
        return kept

    def _next_version(self) -> int:
        """A version for the states of now: later than any kept, also when the clock was set back."""
        if self._version is None:
            ((self._version, interrupted),) = self.store.query(statement("keep/kept_version")).result_rows
            self._interrupted = bool(interrupted)
        self._version = max(self._clock(), self._version + 1)
        return self._version

    def _in_force(self) -> list[ProcessDefinition]:
        return self._definitions.in_force(datetime.fromtimestamp(self._clock() / 1e9, UTC))

    def _wanted(self) -> Derivation:
        return Derivation.of(self._in_force(), self._definitions.calendars)

    def _standing(self) -> list[ProcessDefinition]:
        """The definitions that the kept tables stand on, which may be others than those in force."""
        if self._stands is None or self._stands == self._wanted():
            return self._in_force()
        try:
            return list(derivation.read(self._stands.texts))
        except SpanledgerError:
            return self._in_force()

    def _moment(self) -> str:
        seconds, fraction = divmod(self._clock(), 1_000_000_000)
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}.{fraction:09}"

    def _clock_and_rates(self) -> tuple[datetime, rates.RatesOfDay]:
        """What kept verdicts are judged by now."""
        clock = datetime.fromtimestamp(self._clock() / 1e9, UTC)
        return clock, rates.rates_of_day(self.store, clock, datetime.now(UTC))

    def _has_history(self) -> bool:
        return bool(self.store.command("SELECT count() FROM correlated_batches"))

    def _rebuild_if_outdated(self) -> None:
        """See to it that the kept tables come to stand on what is in force, in a thread beside this one."""
        if self._stands == self._wanted() or (self._rebuild_thread is not None and self._rebuild_thread.is_alive()):
            return
        _log.info("The definitions or the statements have changed: everything is derived anew beside what stands.")
        self._rebuild_thread = threading.Thread(target=self._rebuild_quietly, name="spanledger-rebuild", daemon=True)
        self._rebuild_thread.start()

    def _rebuild_quietly(self) -> None:
        try:
            self.rebuild()
        except RebuildStopped:
            _log.info("The rebuild was stopped; the next start begins it again.")
        except (ClickHouseError, SpanledgerError) as error:
            if not self._stopping.is_set():
                _log.error("What stands could not be derived anew; it is tried again in a second: %s", error)
                self._stopping.wait(1.0)

    def _waits_for_rebuild(self) -> bool:
        """Rows that other statements derived are read, not added to: those of now may need what they lack."""
        return self._stands is None or self._stands.fingerprint != derivation.fingerprint()

    def _run(self) -> None:
        looks_again = 0.0
        while not self._stopping.is_set():
            try:
                self._rebuild_if_outdated()
                taken = 0 if self._waits_for_rebuild() else self.tick()
                if not taken and time.monotonic() >= looks_again:
                    # What passing time has changed; a question would do it for itself, and wait for it.
                    kept_verdicts.hold_at(self.store, *self._clock_and_rates())
                    looks_again = time.monotonic() + _LOOKS_EVERY
            except (ClickHouseError, SpanledgerError) as error:
                _log.error("The correlator could not take in new spans and tries again in a second: %s", error)
                _log.debug("where it failed", exc_info=True)
                # The work tables live in a session, and a session may have gone with the connection.
                self._local = threading.local()
                self._stopping.wait(1.0)
                continue
            if not taken:
                self._stopping.wait(self._every)
