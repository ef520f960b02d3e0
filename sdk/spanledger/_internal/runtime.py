"""The configured SDK: settings, where spans go, ids, clock and the producer's sequence. None until `configure`."""

import itertools
import os
import time
from collections.abc import Callable
from dataclasses import replace

from opentelemetry.trace import SpanContext, TraceFlags

from spanledger import attributes as names
from spanledger._internal.finished import Finished, Sink, Value
from spanledger._internal.identity import Ids, RandomIds
from spanledger._internal.settings import Settings

_SAMPLED = TraceFlags(TraceFlags.SAMPLED)


class Runtime:
    """Everything that a step needs from its surroundings; clock (nanoseconds since 1970) and ids can be injected."""

    def __init__(
        self, settings: Settings, sink: Sink, *, ids: Ids | None = None, clock: Callable[[], int] = time.time_ns
    ) -> None:
        self.settings = settings
        self.sink = sink
        self.ids: Ids = ids or RandomIds()
        self.clock = clock
        self._begin_producer()

    def _begin_producer(self) -> None:
        self.producer_id = f"{self.ids.trace_id():032x}"
        self.sequence = itertools.count(1)

    def close(self, timeout: float) -> bool:
        """Say which span was the last, send what is left for at most `timeout` seconds; whether all was sent."""
        number = next(self.sequence)
        if number > 1:
            self.sink.conclude(lambda span: _saying(span, number - 1), lambda: self._closing(number))
        return self.sink.shutdown(timeout)

    def _closing(self, number: int) -> Finished:
        """A span that says nothing else; its number is the last."""
        now = self.clock()
        context = SpanContext(self.ids.trace_id(), self.ids.span_id(), is_remote=False, trace_flags=_SAMPLED)
        told: dict[str, Value] = {
            names.PRODUCER_ID: self.producer_id,
            names.PRODUCER_SEQ: number,
            names.PRODUCER_LAST: number,
        }
        return Finished("producer.closed", context, None, now, now, told, False, None, None)

    def after_fork(self) -> None:
        """A child is another producer, with a queue and connections of its own."""
        self.sink.after_fork()
        self._begin_producer()


def _saying(span: Finished, last: int) -> Finished:
    return replace(span, attributes={**span.attributes, names.PRODUCER_LAST: last})


_current: Runtime | None = None


def current() -> Runtime | None:
    """The configured runtime, if any."""
    return _current


def install(runtime: Runtime | None) -> Runtime | None:
    """Make a runtime the current one and return the one before it."""
    global _current
    previous, _current = _current, runtime
    return previous


def _after_fork_in_child() -> None:
    if _current is not None:
        _current.after_fork()


os.register_at_fork(after_in_child=_after_fork_in_child)
