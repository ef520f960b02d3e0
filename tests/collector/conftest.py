"""A real collector on free ports over the real engine, shared by the tests; each test sends as a tenant of its own."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanledger_collector import Collector, CollectorConfig
from spanledger_store import Store
from tests.collector.making import as_json

_TENANTS = 300
_numbers = itertools.count()
PROTOBUF = {"content-type": "application/x-protobuf"}
JSON = {"content-type": "application/json"}
FREE = ("127.0.0.1", 0)


def digest(token: str) -> str:
    """As the configuration holds tokens."""
    return hashlib.sha256(token.encode()).hexdigest()


def in_flight(collector: Collector) -> int:
    """The bytes that a collector holds, as it measures them itself."""
    return sum(
        int(sample.value)
        for metric in collector.registry.collect()
        for sample in metric.samples
        if sample.name == "spanledger_collector_in_flight_bytes"
    )


class Clock:
    """Reads the real time unless it was set."""

    def __init__(self) -> None:
        self.now: int | None = None

    def __call__(self) -> int:
        """Unix nanoseconds."""
        return time.time_ns() if self.now is None else self.now


@pytest.fixture(scope="session")
def clock() -> Clock:
    """The shared collector's clock."""
    return Clock()


@pytest.fixture(scope="session")
def shared_store(engine_directory: Path) -> Iterator[Store]:
    """A store with the whole schema, kept for the session: making it takes longer than a test."""
    with Store.open(f"chdb://{engine_directory}?database=collector") as store:
        store.migrate()
        yield store


@pytest.fixture(scope="session")
def collector(shared_store: Store, clock: Clock) -> Iterator[Collector]:
    """The shared collector, which asks for a token."""
    tokens = {digest(f"token-{number}"): f"tenant-{number}" for number in range(_TENANTS)}
    running = Collector(shared_store, CollectorConfig(FREE, FREE, tokens=tokens), clock=clock)
    running.start()
    yield running
    running.stop()


@dataclass
class Sender:
    """One tenant of the shared collector."""

    store: Store
    url: str
    grpc: str
    tenant: str
    token: str
    http: httpx2.Client

    def post(self, body: bytes, path: str = "/v1/traces", **headers: str) -> httpx2.Response:
        """POST bytes; header names are written with underscores."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(
            self.url + path, content=body, headers=PROTOBUF | {"authorization": f"Bearer {self.token}"} | given
        )

    def send(self, message: ExportTraceServiceRequest) -> httpx2.Response:
        """POST as protobuf."""
        return self.post(message.SerializeToString())

    def send_json(self, message: ExportTraceServiceRequest) -> httpx2.Response:
        """POST as OTLP/JSON."""
        return self.post(as_json(message), content_type="application/json")

    def rows(self, columns: str = "*") -> list[dict[str, Any]]:
        """The tenant's spans in the order of their names."""
        sql = f"SELECT {columns} FROM spans WHERE Tenant = {{tenant:String}} ORDER BY SpanName, StoredAt"
        return list(self.store.query(sql, {"tenant": self.tenant}).named_results())

    def row(self, columns: str = "*") -> dict[str, Any]:
        """The tenant's only span."""
        (row,) = self.rows(columns)
        return row

    def rejected(self) -> list[dict[str, Any]]:
        """The tenant's rejected spans."""
        sql = "SELECT * FROM rejected_spans WHERE Tenant = {tenant:String} ORDER BY SpanName"
        return list(self.store.query(sql, {"tenant": self.tenant}).named_results())


@pytest.fixture(scope="session")
def http() -> Iterator[httpx2.Client]:
    """Keeps connections alive between the tests."""
    with httpx2.Client(timeout=30) as client:
        yield client


@pytest.fixture
def sender(collector: Collector, shared_store: Store, http: httpx2.Client) -> Sender:
    """A tenant of this test's own."""
    number = next(_numbers)
    return Sender(
        shared_store,
        f"http://127.0.0.1:{collector.http_port}",
        f"127.0.0.1:{collector.grpc_port}",
        f"tenant-{number}",
        f"token-{number}",
        http,
    )


@pytest.fixture
def started(shared_store: Store) -> Iterator[Callable[..., Collector]]:
    """Starts collectors with settings of the test's own, and stops them."""
    running: list[Collector] = []

    def start(store: Store = shared_store, **settings: Any) -> Collector:
        made = Collector(store, CollectorConfig(**({"http_address": FREE, "grpc_address": FREE} | settings)))
        made.start()
        running.append(made)
        return made

    yield start
    for one in running:
        one.stop()
