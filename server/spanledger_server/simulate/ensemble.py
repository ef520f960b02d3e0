"""The systems as processes of their own, from their start to their end."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import IO, Any, Self

from spanledger_server.simulate.errors import SimulationFailed
from spanledger_server.simulate.plan import Scope
from spanledger_server.simulate.plan.occurrence import System
from spanledger_server.simulate.systems.broker import Broker
from spanledger_server.simulate.systems.casting import Part
from spanledger_server.simulate.systems.http_client import HttpClient

_FINISH_TIMEOUT = 180.0
_END_TIMEOUT = 10.0


class RemotePlayer:
    """A system in another process, as the conductor sees it."""

    def __init__(self, system: System, process: subprocess.Popen[str], said: IO[str], complaints: Path) -> None:
        self.system = system
        self.sent = 0
        self._process = process
        self._said = said
        self._complaints = complaints
        self.port = int(json.loads(self._line())["port"])
        self._client = HttpClient(self.port)

    def meet(self, ports: dict[System, int]) -> None:
        """Tell it where the others are."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(ports) + "\n")
        self._process.stdin.flush()
        self._line()

    def advance(self, until: int) -> int:
        """Let it do everything that is due before an instant."""
        answer = self._order("/-/advance", {"until": until})
        self.sent = answer["sent"]
        return int(answer["done"])

    def finish(self) -> dict[str, Any]:
        """Let it send what it held back, and wait until all is stored."""
        return self._order("/-/finish", {"timeout": _FINISH_TIMEOUT})

    def end(self) -> None:
        """Close its standard input, at which it ends."""
        self._client.close()
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(_END_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()

    def _order(self, path: str, order: dict[str, Any]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self._client.ask("POST", path, order).body
        except (OSError, HTTPException, ValueError) as error:
            raise self._failed() from error
        return answer

    def _line(self) -> str:
        line = self._said.readline()
        if not line:
            raise self._failed()
        return line

    def _failed(self) -> SimulationFailed:
        self._process.kill()
        self._process.wait()
        last = self._complaints.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return SimulationFailed(
            f"The process that plays {self.system} has failed: {last[-1] if last else 'it gave no reason'}.",
            hint="Run the command again; the same seed leads to the same firm.",
        )


class Ensemble:
    """Starts the broker and the processes, and ends them whatever happens."""

    def __init__(self, scope: Scope, endpoint: str, token: str) -> None:
        self.players: list[RemotePlayer] = []
        self._scope = scope
        self._endpoint = endpoint
        self._token = token
        self._key = secrets.token_hex(16)
        self._folder = TemporaryDirectory(prefix="spanledger-firm-")
        self._broker = Broker(self._key.encode())

    def __enter__(self) -> Self:
        """Start all at once: each needs a second to import the SDK and to make the plan."""
        try:
            started = [(system, *self._start(system)) for system in self._scope.systems]
            for system, process, complaints in started:
                assert process.stdout is not None
                self.players.append(RemotePlayer(system, process, process.stdout, complaints))
            ports = {player.system: player.port for player in self.players}
            for player in self.players:
                player.meet(ports)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None
    ) -> None:
        self._end()

    def _start(self, system: System) -> tuple[subprocess.Popen[str], Path]:
        complaints = Path(self._folder.name) / f"{system}.log"
        part = Part(system, self._scope, self._endpoint, self._token, self._broker.port, self._key, self._folder.name)
        with complaints.open("w", encoding="utf-8") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "spanledger_server.simulate.systems.play"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert process.stdin is not None
        process.stdin.write(part.to_json() + "\n")
        process.stdin.flush()
        return process, complaints

    def _end(self) -> None:
        for player in self.players:
            player.end()
        self._broker.close()
        self._folder.cleanup()
