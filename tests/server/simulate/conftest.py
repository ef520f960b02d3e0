"""A firm that several tests look at, and a collector that keeps what it is sent."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from spanledger_server.simulate.plan import FaultRates, Plan, Scope, make_plan
from spanledger_server.simulate.plan.instant import instant

START, END = instant(datetime(2026, 1, 5, tzinfo=UTC)), instant(datetime(2026, 7, 1, tzinfo=UTC))


@pytest.fixture(scope="session")
def scope() -> Scope:
    """Half a year of a small firm in which every fault is common."""
    return Scope(seed=11, invoices=80, start=START, end=END, rates=FaultRates.all(), entries=4)


@pytest.fixture(scope="session")
def plan(scope: Scope) -> Plan:
    """Its plan."""
    return make_plan(scope)


class KeepingCollector(ThreadingHTTPServer):
    """Takes every OTLP request over HTTP and keeps its body; `status` is what it answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[bytes] = []
        self.tokens: set[str] = set()
        self.status = 200

    @property
    def endpoint(self) -> str:
        """Its base address."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: KeepingCollector
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """One request."""
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.bodies.append(body)
        self.server.tokens.add(self.headers.get("authorization", ""))
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that http.server gives
        """Nothing."""


@pytest.fixture
def collector() -> Iterator[KeepingCollector]:
    """A collector on a free port."""
    server = KeepingCollector()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
