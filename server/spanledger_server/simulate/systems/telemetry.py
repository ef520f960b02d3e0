"""How a played system speaks through the SDK: on the firm's clock, with ids that repeat, and sometimes late.

Everything else is the SDK as any program uses it: `step`, `emit`, `transaction`, `inject` and `extract`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from hashlib import sha256
from typing import Any

import spanledger as sl
from spanledger._internal import runtime
from spanledger._internal.finished import Finished, Sink
from spanledger._internal.runtime import Runtime
from spanledger._internal.settings import Settings
from spanledger_server.simulate.plan.dice import Dice
from spanledger_server.simulate.plan.occurrence import Delivery, Occurrence, System
from spanledger_server.simulate.span_ids import own_ids

Headers = dict[str, str]
_ON_THE_DESK: ContextVar[Occurrence] = ContextVar("occurrence")
_NOW: ContextVar[int] = ContextVar("now", default=0)
_WINDOW = 40


def service_name(system: System) -> str:
    """The service under which a played system sends."""
    return f"firm-{system}"


class _EventIds:
    """Ids from the event that is being worked on; the producer's own from its name."""

    def __init__(self, producer: str) -> None:
        self._producer = int.from_bytes(sha256(producer.encode()).digest()[:16])

    def trace_id(self) -> int:
        """A trace's id: outside any event it names the producer."""
        occurrence = _ON_THE_DESK.get(None)
        return self._producer if occurrence is None else own_ids(occurrence).trace

    def span_id(self) -> int:
        """The span's id."""
        return own_ids(_ON_THE_DESK.get()).span


class DeliveringSink:
    """Sends spans on at once, shuffled with their neighbours, at the very end, or twice, as the plan says of each."""

    def __init__(self, inner: Sink, dice: Dice) -> None:
        self._inner = inner
        self._dice = dice
        self._window: list[Finished] = []
        self._last: list[Finished] = []
        self.sent = 0

    def send(self, span: Finished) -> None:
        """Take a finished span."""
        occurrence = _ON_THE_DESK.get()
        if occurrence.delivery is Delivery.LAST:
            self._last.append(span)
        elif occurrence.delivery is Delivery.SHUFFLED:
            self._window.append(span)
        else:
            self._pass_on(span)
        if occurrence.twice:
            self._window.append(span)
        if len(self._window) >= _WINDOW:
            self._empty(self._window)

    def finish(self) -> None:
        """Send what was held back, the latest last."""
        self._empty(self._window)
        self._empty(self._last)

    def flush(self, timeout: float) -> bool:
        """Wait until what was passed on is stored."""
        return self._inner.flush(timeout)

    def conclude(self, mark: Callable[[Finished], Finished], closing: Callable[[], Finished]) -> None:
        """A played system says no last number: the plan holds spans back beyond its end."""

    def shutdown(self, timeout: float) -> bool:
        """Send all and stop."""
        self.finish()
        return self._inner.shutdown(timeout)

    def after_fork(self) -> None:
        """A played system never forks."""

    def _empty(self, held: list[Finished]) -> None:
        for span in self._dice.shuffled(held):
            self._pass_on(span)
        held.clear()

    def _pass_on(self, span: Finished) -> None:
        self.sent += 1
        self._inner.send(span)


class Telemetry:
    """One system's use of the SDK."""

    def __init__(self, system: System, seed: int, settings: Settings, sink: Sink) -> None:
        self.sink = DeliveringSink(sink, Dice(seed, "delivery", system))
        self._runtime = Runtime(settings, self.sink, ids=_EventIds(f"{seed}/{system}"), clock=_NOW.get)

    def tell(
        self, occurrence: Occurrence, headers: Mapping[str, str], onwards: Callable[[Headers], None] | None = None
    ) -> None:
        """Tell what happens, as part of the trace that the headers bring.

        `onwards` is called while the step runs, with the headers for whatever the step leads to.
        """
        with self._at_work(occurrence), sl.extract(headers), ExitStack() as opened:
            if occurrence.transaction:
                process, _, root = occurrence.transaction.partition("/")
                opened.enter_context(sl.transaction(process, root))
            said = _details(occurrence, begins_trace="traceparent" not in headers)
            if onwards is None:
                _emit(occurrence, said)
                return
            with sl.step(occurrence.name, **said) as it:
                carrier: Headers = {}
                sl.inject(carrier)
                onwards(carrier)
                if occurrence.refusal is not None:
                    refuse = it.reject if occurrence.outcome == "rejected" else it.fail
                    error = occurrence.refusal
                    refuse(error.kind, code=error.code, message=error.message, retryable=error.retryable)
                _NOW.set(occurrence.at)

    @contextmanager
    def _at_work(self, occurrence: Occurrence) -> Iterator[None]:
        """Several systems may share a process, one working inside the call of another."""
        previous = runtime.install(self._runtime)
        desk, clock = _ON_THE_DESK.set(occurrence), _NOW.set(occurrence.begins)
        try:
            yield
        finally:
            _NOW.reset(clock)
            _ON_THE_DESK.reset(desk)
            runtime.install(previous)


def _emit(occurrence: Occurrence, said: dict[str, Any]) -> None:
    error = occurrence.refusal
    if error is not None:
        said.update(
            error_kind=error.kind, error_code=error.code, error_message=error.message, error_retryable=error.retryable
        )
    sl.emit(occurrence.name, at=occurrence.at, started_at=occurrence.begins, **said)


def _details(occurrence: Occurrence, *, begins_trace: bool) -> dict[str, Any]:
    """What the system says of it, as keyword arguments of `step` and `emit`; a technical span says next to nothing."""
    said: dict[str, Any] = dict(occurrence.entities)
    # With an event id of its own a span begins a trace; within a caller's trace the caller's context counts.
    said["event_id"] = occurrence.event if begins_trace else None
    said["record_count"] = occurrence.record_count
    if not occurrence.step:
        return said
    facts: dict[str, dict[str, str]] = {}
    for entity_type, key, value in occurrence.attributes:
        facts.setdefault(entity_type, {})[key] = value
    money, split = occurrence.money, occurrence.allocation
    said.update(
        aliases=dict(occurrence.aliases) or None,
        attributes=facts or None,
        outcome=occurrence.outcome,
        idempotency_key=occurrence.key or None,
        attempt=occurrence.attempt,
        replay_of=occurrence.replay_of or None,
        amount=(money.amount, money.currency) if money else None,
        allocations={split[0]: dict(split[1])} if split else None,
        quantity=(occurrence.hours, "hours") if occurrence.hours is not None else None,
        due_at=occurrence.due,
        legal_entity=occurrence.legal_entity or None,
    )
    return said
