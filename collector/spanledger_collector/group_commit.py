"""Group commit: requests that arrive together are inserted together, and each answer waits for its group.

A group is one insert with one `Batch` and one `StoredAt`. While a group is on its way the next one gathers, so groups
grow with the load by themselves; a second group overtakes only when it is large enough to pay for the processor.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from clickhouse_connect.driver.exceptions import ClickHouseError

from spanledger_collector.door import Checked
from spanledger_collector.fair_queue import FairQueue, Waiting
from spanledger_collector.insertion import brief, insert, is_unreadable, unreadable
from spanledger_collector.measures import Measures
from spanledger_collector.refusals import NotStored, Overloaded
from spanledger_collector.responses import Outcome
from spanledger_store import SpanledgerError, Store

_log = logging.getLogger(__name__)
_OVERTAKING_BYTES = 1024 * 1024


class GroupCommit:
    """Takes requests from any thread and commits them in its own."""

    def __init__(
        self,
        store: Store,
        *,
        max_bytes: int,
        max_delay: float,
        threads: int,
        max_queued_bytes: int = 2**40,
        clock: Callable[[], int] = time.time_ns,
        measures: Measures | None = None,
    ) -> None:
        self._store = store
        self._max_queued_bytes = max_queued_bytes
        self._measures = measures or Measures()
        self._failing = False
        self._max_bytes = max_bytes
        self._max_delay = max_delay
        self._clock = clock
        self._queue = FairQueue()
        self._under_way = 0
        self._stopping = False
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._run, name=f"commit-{n}", daemon=True) for n in range(threads)]

    def start(self) -> None:
        """Begin to commit."""
        for thread in self._threads:
            thread.start()

    def submit(self, tenant: str, request: Checked) -> Future[Outcome]:
        """Queue a request. The answer is its `Outcome` once it is committed, or raises the `Refused` to answer with."""
        waiting = Waiting(tenant, request)
        with self._changed:
            if self._stopping:
                waiting.answer.set_exception(NotStored("The collector is stopping. Send the request again."))
                return waiting.answer
            if self._queue and self._queue.bytes + waiting.size > self._max_queued_bytes:
                # Requests whose clients have left are still in line: the bytes in flight no longer count them.
                waiting.answer.set_exception(
                    Overloaded("Too many requests wait for their commit. Send it again later.")
                )
                return waiting.answer
            self._queue.put(waiting)
            self._changed.notify_all()
        return waiting.answer

    @property
    def queue_age(self) -> float:
        """For how many seconds the oldest request has waited for its group."""
        with self._changed:
            oldest = self._queue.oldest
        return 0.0 if oldest is None else time.monotonic() - oldest

    def hasten(self) -> None:
        """Let no group wait for company any more: the servers are stopping and wait for their answers."""
        with self._changed:
            self._max_delay = 0.0
            self._changed.notify_all()

    def stop(self, timeout: float) -> None:
        """Commit what is queued, and return within `timeout` seconds; what is not committed by then is refused."""
        until = time.monotonic() + timeout
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, until - time.monotonic()))
        with self._changed:
            left = self._queue.clear()
        for waiting in left:
            waiting.answer.set_exception(NotStored("The collector stopped before the commit. Send the request again."))

    def _run(self) -> None:
        while group := self._next_group():
            try:
                # From here on nobody can take a request back; who has left already is left out.
                if group := [waiting for waiting in group if waiting.answer.set_running_or_notify_cancel()]:
                    self._commit(group)
            finally:
                with self._changed:
                    self._under_way -= 1
                    self._changed.notify_all()

    def _next_group(self) -> list[Waiting]:
        with self._changed:
            while True:
                oldest = self._queue.oldest
                if oldest is None:
                    if self._stopping:
                        return []
                    self._changed.wait()
                elif self._under_way and self._queue.bytes < _OVERTAKING_BYTES:
                    self._changed.wait()
                elif (
                    self._queue.bytes < self._max_bytes
                    and not self._stopping
                    and (rest := oldest + self._max_delay - time.monotonic()) > 0
                ):
                    self._changed.wait(rest)
                else:
                    self._under_way += 1
                    return self._queue.take(self._max_bytes)

    def _commit(self, group: Sequence[Waiting]) -> None:
        try:
            answers = self._inserted(group)
        except ClickHouseError as error:
            if not is_unreadable(error):
                self._not_stored(group, f"The store did not confirm the commit. ({brief(error)})")
            elif len(group) > 1:
                # One request spoiled the group: each is committed by itself, so that only that one is refused.
                for waiting in group:
                    self._commit([waiting])
            else:
                group[0].answer.set_exception(unreadable(group[0].request, error))
        except SpanledgerError as error:
            self._not_stored(group, f"The store cannot take spans now: {error}")
        except Exception as error:  # noqa: BLE001  whoever waits gets an answer and the next group its commit
            _log.exception("A group of %d requests could not be committed.", len(group))
            self._not_stored(group, f"The commit failed ({type(error).__name__}).")
        else:
            self._stored(group, answers)

    def _stored(self, group: Sequence[Waiting], answers: Sequence[Outcome]) -> None:
        if self._failing:
            self._failing = False
            _log.warning("The store confirms commits again.")
        for waiting, answer in zip(group, answers, strict=True):
            waiting.answer.set_result(answer)

    def _not_stored(self, group: Sequence[Waiting], why: str) -> None:
        if not self._failing:
            self._failing = True
            _log.error("%s Senders are asked to send again; the next line about it says that it is over.", why)
        for waiting in group:
            waiting.answer.set_exception(NotStored(f"{why} Send the request again."))

    def _inserted(self, group: Sequence[Waiting]) -> list[Outcome]:
        requests = [(waiting.tenant, waiting.request) for waiting in group]
        with self._measures.commit():
            return insert(self._store, requests, self._clock())
