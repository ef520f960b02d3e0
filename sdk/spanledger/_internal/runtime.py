"""The configured SDK: settings, where spans go, ids, clock and the producer's sequence. None until `configure`."""

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from opentelemetry.trace import SpanContext, TraceFlags

from spanledger import attributes as names
from spanledger._internal.finished import Finished, Sink, Value
from spanledger._internal.identity import Ids, RandomIds
from spanledger._internal.problems import PROBLEMS
from spanledger._internal.sending.producer_file import ProducerFile, the_dead
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
        self._sequence = itertools.count(1)
        self._numbering = threading.Lock()
        self._file = ProducerFile(self.producer_id)

    def next_number(self) -> int:
        """The number of the next span: 1, 2, 3, ..."""
        with self._numbering:
            number = next(self._sequence)
            self._file.remember(number)
            return number

    def meet_the_dead(self) -> None:
        """Remember this producer's numbers on disk, and say of those that were killed how many they gave."""
        folder = self.settings.spool_folder
        if folder is None:
            return
        try:
            self._file.open(folder)
        except OSError as error:
            PROBLEMS.report("spool", "%s cannot be used: %s; what is not sent waits in memory only", folder, error)
            return
        self.tell_of_the_dead()

    def tell_of_the_dead(self) -> None:
        """Say of producers that were killed how many numbers they gave."""
        folder = self.settings.spool_folder
        if folder is not None:
            with the_dead(folder, self.producer_id) as dead:
                for one in dead:
                    self.sink.send(self._closing(one.producer_id, one.last + 1))

    def close(self, timeout: float) -> bool:
        """Say which span was the last, send what is left for at most `timeout` seconds; False if any was lost."""
        number = next(self._sequence)
        if number > 1:
            self.sink.conclude(lambda span: _saying(span, number - 1), lambda: self._closing(self.producer_id, number))
        all_kept = self.sink.shutdown(timeout)
        self._file.close(said=all_kept)
        return all_kept

    def _closing(self, producer_id: str, number: int) -> Finished:
        """A span that says nothing else; its number is the producer's last."""
        now = self.clock()
        context = SpanContext(self.ids.trace_id(), self.ids.span_id(), is_remote=False, trace_flags=_SAMPLED)
        told: dict[str, Value] = {
            names.PRODUCER_ID: producer_id,
            names.PRODUCER_SEQ: number,
            names.PRODUCER_LAST: number,
        }
        return Finished("producer.closed", context, None, now, now, told, False, None, None)

    def after_fork(self) -> None:
        """A child is another producer, with a queue and connections of its own."""
        self._file.close(said=False)
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


_net: Sink | None = None


@contextmanager
def captured_by(sink: Sink) -> Iterator[Sink]:
    """For a test: whatever is configured meanwhile, spans go to this sink."""
    global _net  # noqa: PLW0603 - there is one, as there is one runtime
    before, _net = _net, sink
    try:
        yield sink
    finally:
        _net = before


def net() -> Sink | None:
    """Where spans go because a test wants it."""
    return _net


def _after_fork_in_child() -> None:
    if _current is not None:
        _current.after_fork()


os.register_at_fork(after_in_child=_after_fork_in_child)
