"""The way out: a bounded queue, and one thread that hands it to the exporter in batches.

Unlike OpenTelemetry's batch processor it keeps the promised timeout of a flush and of a shutdown, counts every span it
loses, starts its thread with the first span, and opens new connections in a forked child.
"""

import threading
from collections import deque
from collections.abc import Callable

# The name is OpenTelemetry's own for its exporters: instrumented HTTP clients must not trace the export itself.
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, attach, set_value

from spanledger._internal.finished import Exporter, Finished
from spanledger._internal.problems import PROBLEMS, nothing, report_unexpected

THREAD_NAME = "spanledger-sender"


class Sender:
    """Sends finished spans in the background. `send` never blocks on the network."""

    def __init__(
        self,
        build_exporter: Callable[[], Exporter],
        *,
        queue_size: int,
        batch_size: int,
        delay: float,
        on_first: Callable[[], None] = nothing,
    ) -> None:
        """`delay` in seconds: how long the first span of a batch waits for more. Sizes in spans.

        `on_first` is called with the first span of a process: here, and again in every forked child that sends.
        """
        self._build_exporter = build_exporter
        self._queue_size = queue_size
        self._batch_size = batch_size
        self._delay = delay
        self._on_first = on_first
        self.after_fork()

    def after_fork(self) -> None:
        """Begin anew: the parent's thread, lock, queue and sockets are not the child's."""
        self._queue: deque[Finished] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._exporter: Exporter | None = None
        self._closed = False
        self._abandoned = False
        self._accepted = 0
        self._settled = 0
        self._lost = 0
        self._wanted = 0
        self._reached = True

    def send(self, span: Finished) -> None:
        """Queue a finished span. Full or closed, the span is lost, counted and reported."""
        with self._changed:
            if self._closed or len(self._queue) >= self._queue_size:
                self._lost += 1
                reason = "after shutdown()" if self._closed else f"while {self._queue_size} others waited to be sent"
                PROBLEMS.report("span_lost", "a span ended %s and is lost", reason)
                return
            self._queue.append(span)
            self._accepted += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
                self._thread.start()
                self._on_first()
            if len(self._queue) == 1 or len(self._queue) >= self._batch_size:
                self._changed.notify_all()

    def flush(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds until all spans sent so far are stored; False if any was lost or is waiting."""
        with self._changed:
            target, lost = self._accepted, self._lost
            self._wanted = max(self._wanted, target)
            self._changed.notify_all()
            finished = self._changed.wait_for(lambda: self._settled >= target, timeout)
            return finished and self._lost == lost

    def conclude(self, mark: Callable[[Finished], Finished], closing: Callable[[], Finished]) -> None:
        """Let the last span say that it is: one that still waits is marked, else one more is sent.

        Not where the collector did not take the last batch: an end must not wait for one that is away.
        """
        with self._changed:
            if self._closed:
                return
            if self._queue:
                self._queue[-1] = mark(self._queue[-1])
                return
            away = self._settled == self._accepted and not self._reached
        if not away:
            self.send(closing())

    def shutdown(self, timeout: float) -> bool:
        """Send what is queued, for at most `timeout` seconds, then stop. False if a span was lost on the way."""
        with self._changed:
            if self._closed:
                return True
            lost = self._lost
            self._closed = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(timeout)
        with self._changed:
            self._abandoned = True
            left = self._accepted - self._settled
            exporter = self._exporter
        if left:
            PROBLEMS.report("span_lost", "%s spans were not sent before the end", left, count=left)
        if exporter is not None:
            exporter.shutdown()
        return left == 0 and self._lost == lost

    def _run(self) -> None:
        attach(set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))
        while batch := self._next_batch():
            sent = self._export(batch)
            with self._changed:
                self._settled += len(batch)
                self._reached = sent
                if not sent and not self._abandoned:
                    self._lost += len(batch)
                    PROBLEMS.report("span_lost", "the collector took none of %s spans", len(batch), count=len(batch))
                self._changed.notify_all()

    def _next_batch(self) -> list[Finished]:
        """The next spans to send; empty when there will be none."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            self._changed.wait_for(self._due, self._delay)
            if self._abandoned:
                return []
            return [self._queue.popleft() for _ in range(min(len(self._queue), self._batch_size))]

    def _due(self) -> bool:
        return self._closed or len(self._queue) >= self._batch_size or self._settled < self._wanted

    def _export(self, batch: list[Finished]) -> bool:
        try:
            if self._exporter is None:
                self._exporter = self._build_exporter()
            return self._exporter.export(batch)
        except Exception:  # noqa: BLE001 - the thread must live on for the spans to come
            report_unexpected("sending spans")
            return False
