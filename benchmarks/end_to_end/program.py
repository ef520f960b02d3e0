"""The program under test, started as a user starts it: `spanledger up` on free ports, in a folder of its own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

_READY_WITHIN_SECONDS = 60.0
_STOP_WITHIN_SECONDS = 30.0
_COUNTED_WITHIN_SECONDS = 1800.0
_TICKS = os.sysconf("SC_CLK_TCK")


class ProgramFailed(Exception):
    """The program did not start, ended by itself, or gave an answer that it should not give."""


class Api:
    """A keep-alive connection to the program's API."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, path: str, **parameters: str | int) -> tuple[int, bytes]:
        """The status and body of a GET."""
        target = f"{path}?{urlencode(parameters)}" if parameters else path
        try:
            return self._get(target)
        except (http.client.RemoteDisconnected, ConnectionError):
            # The server closes a connection that was idle for some seconds.
            self.close()
            return self._get(target)

    def read(self, path: str, **parameters: str | int) -> Any:
        """The answer of a GET that must succeed, read from its JSON."""
        status, body = self.ask(path, **parameters)
        if status != 200:
            raise ProgramFailed(f"GET {path} was answered with {status}: {body.decode(errors='replace')}")
        return json.loads(body)

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        self._connection.close()

    def _get(self, target: str) -> tuple[int, bytes]:
        self._connection.request("GET", target)
        answer = self._connection.getresponse()
        return answer.status, answer.read()


@dataclass(frozen=True)
class Program:
    """A running program."""

    process: subprocess.Popen[bytes]
    data: Path
    log: Path
    otlp_port: int
    grpc_port: int
    api: Api

    def check(self) -> None:
        """Raise ProgramFailed, with its last words, if it has ended."""
        code = self.process.poll()
        if code is not None:
            words = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
            raise ProgramFailed(f"`spanledger up` ended with exit code {code}; {self.log} ends:\n" + "\n".join(words))

    def spans_waiting(self) -> int:
        """How many committed spans are not in the transactions yet."""
        self.check()
        return int(self.api.read("/v1/progress")["spans_waiting"])

    def wait_until_counted(self) -> None:
        """Return when every committed span is in the transactions."""
        deadline = time.monotonic() + _COUNTED_WITHIN_SECONDS
        while left := self.spans_waiting():
            if time.monotonic() > deadline:
                raise ProgramFailed(f"{left:,} spans were still waiting after {_COUNTED_WITHIN_SECONDS:g} s.")
            time.sleep(0.02)

    def cpu_seconds(self) -> float | None:
        """Processor time it has used; None where the system has no /proc."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        if not stat.exists():
            return None
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def peak_memory_mb(self) -> int | None:
        """The most memory it has held, resident, in MB; None where the system has no /proc."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            return None
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024 // 1_000_000


@contextmanager
def running(data: Path, log: Path, *more: str) -> Iterator[Program]:
    """The program over the store in `data`, ready to answer; stopped in good order in the end. `more` are options."""
    otlp_http, otlp_grpc, api, clickhouse, monitoring = _free_ports(5)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SPANLEDGER_")}
    with log.open("ab") as out:
        process = subprocess.Popen(  # noqa: S603 - the command line is the benchmark's own
            [
                *(str(Path(sys.executable).with_name("spanledger")), "up"),
                *("--dsn", f"chdb://{data}"),
                *("--otlp-http-address", f"127.0.0.1:{otlp_http}"),
                *("--otlp-grpc-address", f"127.0.0.1:{otlp_grpc}"),
                *("--api-address", f"127.0.0.1:{api}"),
                *("--clickhouse-address", f"127.0.0.1:{clickhouse}"),
                *("--monitoring-address", f"127.0.0.1:{monitoring}"),
                *("--pack", "opportunity-to-project,time-to-bill,invoice-to-cash"),
                *("--log-level", "warning"),
                *more,
            ],
            env=environment,
            cwd=data.parent,
            stdout=out,
            stderr=subprocess.STDOUT,
            # Ctrl-C in the terminal is for the benchmark, which then stops the program in good order.
            start_new_session=True,
        )
    program = Program(process, data, log, otlp_http, otlp_grpc, Api(api))
    try:
        _wait_until_ready(program)
        yield program
    finally:
        _stop(process)


def _wait_until_ready(program: Program) -> None:
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        program.check()
        try:
            if program.api.ask("/readyz")[0] == 200:
                return
        except OSError:
            program.api.close()  # it is not listening yet
        time.sleep(0.1)
    raise ProgramFailed(f"`spanledger up` was not ready after {_READY_WITHIN_SECONDS:g} s; see {program.log}.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_ports(count: int) -> list[int]:
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [one.getsockname()[1] for one in taken]
    finally:
        for one in taken:
            one.close()
