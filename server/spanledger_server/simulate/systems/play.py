"""One system in a process of its own: `python -m spanledger_server.simulate.systems.play`, started by the conductor.

It reads its part as a line of JSON from standard input, answers there with its port, learns the ports of the others
the same way, and ends when its standard input does: no orphan outlives the conductor.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

from spanledger._internal.sending.sender import Sender
from spanledger._internal.sending.starting import new_sender
from spanledger._internal.settings import resolve
from spanledger_server.simulate.plan import make_plan
from spanledger_server.simulate.systems.actor import Actor
from spanledger_server.simulate.systems.broker import QueueClient
from spanledger_server.simulate.systems.casting import Part
from spanledger_server.simulate.systems.http_door import HttpDoor
from spanledger_server.simulate.systems.message import Answer, Message
from spanledger_server.simulate.systems.remote_exchange import RemoteExchange
from spanledger_server.simulate.systems.telemetry import Telemetry, service_name

_QUEUE_SIZE = 500_000
_EXPORT_TIMEOUT = 60.0


class _Stage:
    """The system between its start and the moment at which it knows the others."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._plan = make_plan(part.scope)
        self._queue = QueueClient(part.broker_port, part.broker_key.encode())
        self._telemetry = Telemetry(part.system, part.scope.seed, *_sender(part))
        self._actor: Actor | None = None

    def enter(self, ports: dict[Any, int]) -> None:
        """Meet the others: from now on calls can come."""
        exchange = RemoteExchange(ports, self._queue, Path(self._part.folder))
        self._actor = Actor(self._part.system, self._plan, exchange, self._telemetry)

    def receive(self, message: Message) -> Answer:
        """A call of another system."""
        assert self._actor is not None
        return self._actor.receive(message)

    def advance(self, order: dict[str, Any]) -> dict[str, Any]:
        """The conductor lets time pass."""
        assert self._actor is not None
        return {"done": self._actor.advance(order["until"]), "sent": self._telemetry.sink.sent}

    def finish(self, order: dict[str, Any]) -> dict[str, Any]:
        """The conductor ends the play: what was held back is sent, and all must be stored."""
        assert self._actor is not None
        self._telemetry.sink.finish()
        stored = self._telemetry.sink.flush(order["timeout"])
        return {"stored": stored, "sent": self._telemetry.sink.sent, "handed_on": dict(self._actor.handed_on)}


def _sender(part: Part) -> tuple[Any, Sender]:
    settings = resolve(
        {},
        endpoint=part.endpoint,
        protocol=None,
        token=part.token or None,
        headers=None,
        service_name=service_name(part.system),
        system=part.system,
        timeout=_EXPORT_TIMEOUT,
        queue_size=_QUEUE_SIZE,
        delay=0.2,
        spool=False,
    )
    return settings, new_sender(settings)


def main() -> None:
    """Play one system until standard input ends."""
    stage = _Stage(Part.from_json(sys.stdin.readline()))
    door = HttpDoor(stage.receive, {"/-/advance": stage.advance, "/-/finish": stage.finish})
    sys.stdout.write(json.dumps({"port": door.server_port}) + "\n")
    sys.stdout.flush()
    stage.enter(json.loads(sys.stdin.readline()))
    threading.Thread(target=door.serve_forever, name="firm-door", daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
