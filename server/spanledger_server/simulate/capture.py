"""The spans of a plan without a network: the same systems and the same SDK, the requests kept instead of sent."""

from __future__ import annotations

from collections.abc import Callable

from spanledger._internal.finished import Finished
from spanledger._internal.sending import encoding
from spanledger._internal.settings import Settings
from spanledger_server.simulate.conducting import Player, let_pass
from spanledger_server.simulate.plan import Plan
from spanledger_server.simulate.plan.occurrence import System
from spanledger_server.simulate.systems.actor import Actor
from spanledger_server.simulate.systems.local_exchange import LocalExchange
from spanledger_server.simulate.systems.telemetry import Telemetry, service_name


class _Batches:
    """A sink without a thread: a request per so many spans, encoded as the SDK does it, and its body kept."""

    def __init__(self, system: System, requests: list[bytes], size: int) -> None:
        self._sent_by = encoding.resource(service_name(system))
        self._requests = requests
        self._size = size
        self._batch: list[Finished] = []

    def send(self, span: Finished) -> None:
        self._batch.append(span)
        if len(self._batch) >= self._size:
            self.flush(0)

    def flush(self, timeout: float) -> bool:
        del timeout
        if self._batch:
            self._requests.append(encoding.request(self._batch, self._sent_by))
            self._batch = []
        return True

    def conclude(self, mark: Callable[[Finished], Finished], closing: Callable[[], Finished]) -> None:
        """A played system says no last number: the plan holds spans back beyond its end."""

    def shutdown(self, timeout: float) -> bool:
        return self.flush(timeout)

    def after_fork(self) -> None:
        """A capture never forks."""


def capture(plan: Plan, batch_size: int = 100) -> list[bytes]:
    """Carry the plan out in this process: the bodies of its OTLP requests (`ExportTraceServiceRequest`), as sent."""
    requests: list[bytes] = []
    actors: dict[System, Actor] = {}
    exchange = LocalExchange(actors)
    for system in plan.scope.systems:
        sink = _Batches(system, requests, batch_size)
        telemetry = Telemetry(system, plan.scope.seed, Settings(system=system), sink)
        actors[system] = Actor(system, plan, exchange, telemetry)
    players: list[Player] = list(actors.values())
    for _ in let_pass(plan, players):
        pass
    for actor in actors.values():
        actor.telemetry.sink.shutdown(0)
    return requests
