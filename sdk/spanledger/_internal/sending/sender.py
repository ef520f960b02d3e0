"""A bounded queue, and one thread that brings it away in batches.

Unlike OpenTelemetry's batch processor it keeps the promised timeout of a flush and of a shutdown, counts every span it
loses, starts its thread with the first span, and opens new connections in a forked child.
"""

import threading
from collections import deque
from collections.abc import Callable

# The name is OpenTelemetry's own for its exporters: instrumented HTTP clients must not trace the export itself.
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, attach, set_value

from spanledger._internal.finished import Finished
from spanledger._internal.problems import PROBLEMS, nothing, report_unexpected
from spanledger._internal.sending.delivery import Delivery, Fate

THREAD_NAME = "spanledger-sender"


class Sender:
    """Sends finished spans in the background. `send` never blocks on the network or the disk."""

    def __init__(
        self,
        build_delivery: Callable[[], Delivery],
        *,
        queue_size: int,
        batch_size: int,
        delay: float,
        on_first: Callable[[], None] = nothing,
        on_start: Callable[[], None] = nothing,
    ) -> None:
        """`delay` in seconds: how long the first span of a batch waits for more. Sizes in spans.

        `on_first` is called with the first span of a process: here, and again in every forked child that sends.
        `on_start` is called by the thread before it sends anything, where it may take its time.
        """
        self._build_delivery = build_delivery
        self._queue_size = queue_size
        self._batch_size = batch_size
        self._delay = delay
        self._on_first = on_first
        self._on_start = on_start
        self.after_fork()

    def after_fork(self) -> None:
        """Begin anew: the parent's thread, lock, queue and sockets are not the child's."""
        self._queue: deque[Finished] = deque()
        self._in_hand: list[Finished] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._delivery = self._build_delivery()
        self._closed = False
        self._abandoned = False
        self._accepted = 0
        self._settled = 0
        self._spooled = 0
        self._lost = 0
        self._wanted = 0
        self._held = False

    def send(self, span: Finished) -> None:
        """Queue a finished span. Where the queue is full the oldest in it is lost, counted and reported."""
        with self._changed:
            if self._closed:
                self._drop(1, "%s span ended after shutdown() and is lost")
                return
            self._queue.append(span)
            self._accepted += 1
            self._bound()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
                self._thread.start()
                self._on_first()
            # Of more, the thread learns when it comes back for them: to wake it each time would cost more than the span.
            if len(self._queue) in {1, self._batch_size}:
                self._changed.notify_all()

    def flush(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds until all spans sent so far are stored.

        False if one was lost, waits in memory, or waits on the disk for the collector to come back.
        """
        with self._changed:
            target, lost, spooled = self._accepted, self._lost, self._spooled
            self._wanted = max(self._wanted, target)
            self._changed.notify_all()
            finished = self._changed.wait_for(lambda: self._settled >= target, timeout)
            return finished and self._lost == lost and self._spooled == spooled

    def conclude(self, mark: Callable[[Finished], Finished], closing: Callable[[], Finished]) -> None:
        """Let the last span say that it is: one that still waits is marked, else one more is sent."""
        with self._changed:
            if self._closed:
                return
            if self._queue:
                self._queue[-1] = mark(self._queue[-1])
                return
            waits = self._delivery.away and not self._delivery.keeps
        if not waits:
            # An end must not wait for a collector that is away.
            self.send(closing())

    def shutdown(self, timeout: float) -> bool:
        """Send what is queued, for at most `timeout` seconds, keep the rest on disk, and stop. False if a span was lost."""
        with self._changed:
            if self._closed:
                return True
            lost = self._lost
            self._closed = True
            self._delivery.hurry()
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(timeout)
        with self._changed:
            self._abandoned = True
            left = [*self._in_hand, *self._queue]
            self._queue.clear()
            self._settled = self._accepted
        if left and self._kept(left) is Fate.HELD:
            self._drop(len(left), "%s spans were not sent before the end")
        self._delivery.close()
        return self._lost == lost

    def _drop(self, spans: int, message: str) -> None:
        self._lost += spans
        PROBLEMS.report("span_lost", message, spans, count=spans)

    def _bound(self) -> None:
        over = len(self._queue) - self._queue_size
        if over > 0:
            for _ in range(over):
                self._queue.popleft()
            self._settled += over
            self._drop(over, f"%s span, the oldest of {self._queue_size} that wait to be sent, is lost")

    def _run(self) -> None:
        attach(set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))
        try:
            self._on_start()
        except Exception:  # noqa: BLE001 - the thread must live on for the spans to come
            report_unexpected("looking at what earlier processes have left")
        while (batch := self._next_batch()) is not None:
            fate = self._brought(batch)
            with self._changed:
                if self._abandoned:
                    return
                self._in_hand = []
                self._held = fate is Fate.HELD
                if self._held:
                    self._queue.extendleft(reversed(batch))
                    self._bound()
                    if self._closed:
                        # It was the last attempt: whoever waits for the end takes what is left.
                        return
                else:
                    self._settled += len(batch)
                    self._spooled += len(batch) if fate is Fate.SPOOLED else 0
                self._changed.notify_all()
            if fate is Fate.STORED and batch:
                # Under a steady stream of spans there is no other time for what waits on the disk.
                self._resend()

    def _next_batch(self) -> list[Finished] | None:
        """The next spans to bring away, an empty list when it is time to look into the spool; None when all is done."""
        with self._changed:
            # What is held waits for the collector; else new spans need not wait for what is on the disk.
            self._changed.wait_for(lambda: self._closed or (self._queue and not self._held), self._delivery.pause)
            if self._queue and not self._closed:
                self._changed.wait_for(self._due, self._delay)
            # The end takes the time that it has for what waits on the disk, too: a job of a second's length is a start as well.
            if self._abandoned or (self._closed and not self._queue and self._delivery.pause != 0.0):
                return None
            self._in_hand = [self._queue.popleft() for _ in range(min(len(self._queue), self._batch_size))]
            return self._in_hand

    def _due(self) -> bool:
        return self._closed or len(self._queue) >= self._batch_size or self._settled < self._wanted

    def _brought(self, batch: list[Finished]) -> Fate:
        if not batch:
            self._resend()
            return Fate.STORED
        before = self._delivery.lost
        try:
            fate = self._delivery.deliver(batch)
        except Exception:  # noqa: BLE001 - the thread must live on for the spans to come
            report_unexpected("sending spans")
            with self._changed:
                self._drop(len(batch), "%s spans could not be encoded")
            return Fate.LOST
        with self._changed:
            # What another process has left and nobody can read is no loss of this one.
            self._lost += self._delivery.lost - before
        return fate

    def _resend(self) -> None:
        try:
            self._delivery.resend()
        except Exception:  # noqa: BLE001 - as above
            report_unexpected("sending on what waits on the disk")

    def _kept(self, left: list[Finished]) -> Fate:
        try:
            return self._delivery.keep(left)
        except Exception:  # noqa: BLE001 - the host's end goes on
            report_unexpected("keeping spans")
            return Fate.HELD
