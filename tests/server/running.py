"""A running `spanledger up` in a process of its own, as a user starts it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

COMMAND = (sys.executable, "-c", "import sys; from spanledger_server.cli import main; sys.exit(main())")


@dataclass
class Running:
    """The process and where it listens."""

    process: subprocess.Popen[str]
    api: str
    otlp_http: str
    otlp_grpc: str
    clickhouse: str
    monitoring: str
    data: Path

    def stop(self, number: int) -> str:
        """Send a signal, wait for the end, and return everything that was printed."""
        self.process.send_signal(number)
        return self.process.communicate(timeout=20)[0]


def run(*arguments: str, cwd: Path, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run([*COMMAND, *arguments], cwd=cwd, capture_output=True, text=True, timeout=seconds, check=False)


@contextmanager
def up(data: Path, *more: str) -> Iterator[Running]:
    """`spanledger up` on free ports of this machine, ready to answer; killed if the test leaves it running.

    It is started in the folder that holds `data`.
    """
    data.parent.mkdir(parents=True, exist_ok=True)
    api, otlp_http, otlp_grpc, clickhouse, monitoring = (f"127.0.0.1:{port}" for port in free_ports(5))
    listening = {
        "api": api,
        "otlp-http": otlp_http,
        "otlp-grpc": otlp_grpc,
        "clickhouse": clickhouse,
        "monitoring": monitoring,
    }
    addresses = [argument for name, address in listening.items() for argument in (f"--{name}-address", address)]
    process = subprocess.Popen(
        [*COMMAND, "up", "--dsn", f"chdb://{data}", *addresses, *more],
        cwd=data.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    running = Running(
        process, f"http://{api}", f"http://{otlp_http}", otlp_grpc, f"http://{clickhouse}", f"http://{monitoring}", data
    )
    try:
        _wait_until_ready(running)
        yield running
    finally:
        process.kill()
        process.communicate()


def free_ports(count: int) -> list[int]:
    """So many different ports that were free a moment ago."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _wait_until_ready(running: Running, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if running.process.poll() is not None:
            raise AssertionError(f"it ended: {running.process.communicate()[0]}")
        try:
            if httpx2.get(f"{running.api}/readyz", timeout=5, trust_env=False).status_code == 200:
                return
        except httpx2.TransportError:
            pass  # not listening yet
        time.sleep(0.05)
    raise AssertionError("it did not become ready")


def wait_for(holds: Callable[[], bool], seconds: float = 20.0, every: float = 0.05) -> None:
    """Return once it holds; an assertion error if it does not in time. `every` so many seconds it is tried."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"it did not hold within {seconds:g} s"
        time.sleep(every)
