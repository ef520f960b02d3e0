"""Group commit: requests that arrive together are inserted together, and each answer waits for its group.

A group is one insert with one `Batch` and one `StoredAt`. While a group is on its way the next one gathers, so groups
grow with the load by themselves; a second group overtakes only when it is large enough to pay for the processor.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from clickhouse_connect.driver.exceptions import ClickHouseError

from spanledger_collector import envelope
from spanledger_collector.door import Checked
from spanledger_collector.json_door import misshapen
from spanledger_collector.refusals import Malformed, NotStored, Refused
from spanledger_collector.rejections import outcomes
from spanledger_collector.responses import Outcome
from spanledger_store import SpanledgerError, Store

_log = logging.getLogger(__name__)
_OVERTAKING_BYTES = 4 * 1024 * 1024
# ClickHouse's codes for data that its parsers cannot read: CANNOT_PARSE_TEXT, …_ESCAPE_SEQUENCE, …_QUOTED_STRING,
# …_INPUT_ASSERTION_FAILED, CANNOT_READ_ALL_DATA, TYPE_MISMATCH, CANNOT_PARSE_NUMBER, INCORRECT_DATA,
# CANNOT_READ_ARRAY_FROM_TEXT, TOO_LARGE_STRING_SIZE, CANNOT_PARSE_BOOL, UNKNOWN_PROTOBUF_FORMAT, PROTOBUF_BAD_CAST
_UNREADABLE = frozenset({6, 25, 26, 27, 33, 53, 72, 117, 130, 131, 467, 444, 437})


@dataclass
class _Waiting:
    tenant: str
    request: Checked
    size: int
    since: float
    answer: Future[Outcome] = field(default_factory=Future)


class GroupCommit:
    """Takes requests from any thread and commits them in its own."""

    def __init__(
        self,
        store: Store,
        *,
        max_bytes: int,
        max_delay: float,
        threads: int,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._store = store
        self._max_bytes = max_bytes
        self._max_delay = max_delay
        self._clock = clock
        self._queue: deque[_Waiting] = deque()
        self._queued_bytes = 0
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
        waiting = _Waiting(tenant, request, request.size, time.monotonic())
        with self._changed:
            if self._stopping:
                waiting.answer.set_exception(NotStored("The collector is stopping. Send the request again."))
                return waiting.answer
            self._queue.append(waiting)
            self._queued_bytes += waiting.size
            self._changed.notify_all()
        return waiting.answer

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
            left, self._queue = list(self._queue), deque()
        for waiting in left:
            waiting.answer.set_exception(NotStored("The collector stopped before the commit. Send the request again."))

    def _run(self) -> None:
        while group := self._next_group():
            try:
                self._commit(group)
            finally:
                with self._changed:
                    self._under_way -= 1
                    self._changed.notify_all()

    def _next_group(self) -> list[_Waiting]:
        with self._changed:
            while True:
                now = time.monotonic()
                if not self._queue:
                    if self._stopping:
                        return []
                    self._changed.wait()
                elif self._under_way and self._queued_bytes < _OVERTAKING_BYTES:
                    self._changed.wait()
                elif (
                    self._queued_bytes < self._max_bytes
                    and not self._stopping
                    and (rest := self._queue[0].since + self._max_delay - now) > 0
                ):
                    self._changed.wait(rest)
                else:
                    self._under_way += 1
                    return self._taken()

    def _taken(self) -> list[_Waiting]:
        """As many as fit, oldest first, all of the oldest one's encoding."""
        group: list[_Waiting] = []
        others: list[_Waiting] = []
        size = 0
        while self._queue and (not group or size + self._queue[0].size <= self._max_bytes):
            waiting = self._queue.popleft()
            if group and waiting.request.encoding != group[0].request.encoding:
                others.append(waiting)
                continue
            group.append(waiting)
            size += waiting.size
        self._queue.extendleft(reversed(others))
        self._queued_bytes -= size
        return group

    def _commit(self, group: Sequence[_Waiting]) -> None:
        try:
            answers = self._inserted(group)
        except ClickHouseError as error:
            if getattr(error, "code", None) not in _UNREADABLE:
                _refuse(
                    group, NotStored(f"The store did not confirm the commit. Send the request again. ({_brief(error)})")
                )
            elif len(group) > 1:
                # One request spoiled the group: each is committed by itself, so that only that one is refused.
                for waiting in group:
                    self._commit([waiting])
            else:
                _refuse(group, _unreadable(group[0].request, error))
        except SpanledgerError as error:
            _refuse(group, NotStored(f"The store cannot take spans now: {error} Send the request again."))
        except Exception as error:  # noqa: BLE001  whoever waits gets an answer and the next group its commit
            _log.exception("A group of %d requests could not be committed.", len(group))
            _refuse(group, NotStored(f"The commit failed ({type(error).__name__}). Send the request again."))
        else:
            for waiting, answer in zip(group, answers, strict=True):
                waiting.answer.set_result(answer)

    def _inserted(self, group: Sequence[_Waiting]) -> list[Outcome]:
        batch = uuid.uuid4()
        stored_at = self._clock()
        requests = [(waiting.tenant, waiting.request) for waiting in group]
        target = envelope.TARGETS[group[0].request.encoding]
        payload = envelope.payload(requests, batch, stored_at)
        self._store.raw_insert(target.table, payload, target.input_format, target.settings)
        return outcomes(self._store, requests, batch, stored_at)


def _refuse(group: Sequence[_Waiting], refused: Refused) -> None:
    for waiting in group:
        waiting.answer.set_exception(refused)


def _unreadable(request: Checked, error: ClickHouseError) -> Refused:
    if request.encoding == "json":
        return misshapen(b"".join(request.parts))
    return Malformed(
        f"The body passed the first check, but cannot be decoded as an OTLP trace request. ({_brief(error)})"
    )


def _brief(error: Exception) -> str:
    """The kind of fault without the statement and the data that ClickHouse quotes."""
    code = getattr(error, "code", None)
    name = getattr(error, "name", None)
    return f"{type(error).__name__}, ClickHouse code {code} {name or ''}".strip() if code else type(error).__name__
