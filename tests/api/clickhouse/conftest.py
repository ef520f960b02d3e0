"""The SQL interface on a real socket, over a store with the stories of two tenants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from spanledger_api import Access, token_digest
from spanledger_api.app import utc_now
from spanledger_api.clickhouse import create_clickhouse_app
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.model import Definitions
from spanledger_server.address import Address
from spanledger_server.http_server import HttpServer
from spanledger_server.listening import listen
from spanledger_store import QueryLimits, Store
from tests.api import story
from tests.correlator.span_rows import SpanRow, put

TENANTS = ("acme", "rival")
NOBODY = "middle"
"""A tenant without any rows, which stand between those of the two others."""
SECRET = "INV-SECRET"
"""What only the rival has."""
LIMITS = QueryLimits(seconds=20, rows=100_000_000, memory_bytes=2 * 1024**3)


@dataclass(frozen=True)
class Door:
    """Where it listens; a tenant's token is its name and `-token`."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, sql: str, tenant: str = "acme", *, headers: Mapping[str, str] = {}, **parameters: Any) -> Any:
        """One query, as curl sends it."""
        return httpx2.post(
            self.url,
            content=sql.encode(),
            params=parameters,
            headers={"X-ClickHouse-User": "grafana", "X-ClickHouse-Key": f"{tenant}-token", **headers},
            timeout=60,
        )

    def rows(self, sql: str, tenant: str = "acme", **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a query."""
        answer = self.ask(sql, tenant, default_format="JSON", **parameters)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["data"]
        return found


@contextmanager
def open_door(store: Store, access: Access, limits: QueryLimits = LIMITS) -> Iterator[Door]:
    """The interface over a store, on a port of its own."""
    app = create_clickhouse_app(store, access=access, clock=utc_now, limits=limits)
    socket = listen("clickhouse_address", Address("127.0.0.1", 0))
    failures: list[str] = []
    server = HttpServer("clickhouse-test", app, socket, failures.append)
    port = socket.getsockname()[1]
    server.start()
    try:
        yield Door(port)
    finally:
        server.stop(10)


def tokens() -> Access:
    return Access(tokens={token_digest(f"{tenant}-token"): tenant for tenant in (*TENANTS, NOBODY)})


@pytest.fixture(scope="session")
def two_tenants(engine_directory: Path, definitions: Definitions) -> Iterator[Store]:
    """A store with the story of each tenant; the rival has one transaction besides."""
    with Store.open(f"chdb://{engine_directory}?database=two_tenants") as store:
        store.migrate()
        for tenant in TENANTS:
            story.tell(store, definitions, tenant)
        secret = SpanRow("secret", "invoice.generated", 0, (("invoice", SECRET),), amount=("666", "EUR"))
        put(store, secret.having(tenant="rival"))
        Correlator(store, definitions).catch_up()
        yield store
        store.command("DROP DATABASE two_tenants SYNC")


@pytest.fixture(scope="session")
def other_database(two_tenants: Store) -> Iterator[str]:
    """A database that somebody else has made in the same engine; its table `verdicts` holds the secret."""
    two_tenants.command("CREATE DATABASE another")
    two_tenants.command(f"CREATE TABLE another.verdicts ENGINE = MergeTree ORDER BY Key AS SELECT '{SECRET}' AS Key")
    yield "another"
    two_tenants.command("DROP DATABASE another SYNC")


@pytest.fixture(scope="session")
def door(two_tenants: Store, other_database: str) -> Iterator[Door]:
    """The interface that asks for tokens."""
    with open_door(two_tenants, tokens()) as door:
        yield door
