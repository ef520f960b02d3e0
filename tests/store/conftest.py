"""A ClickHouse server for the tests of this folder, in a process of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from spanledger_store import Store
from tests.store.running_server import RunningServer

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The server, kept for the session."""
    running = RunningServer(tmp_path_factory.mktemp("server"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def server_dsn(server: RunningServer) -> Iterator[str]:
    """The DSN of a database of this test's own on the server; the database is dropped afterwards."""
    name = f"remote_{next(_numbers)}"
    yield server.dsn(name)
    with Store.open(server.dsn("default")) as store:
        store.command(f"DROP DATABASE IF EXISTS {name} SYNC")
