"""Fixtures that every package's tests share."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from spanledger_store import Store

_numbers = itertools.count(1)

# The SDK keeps what it cannot send in the user's home: not that of who runs the tests.
os.environ["SPANLEDGER_SPOOL"] = "off"


@pytest.fixture(scope="session")
def engine_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The one directory that the embedded engine of this worker process runs over (chDB allows one per process).

    A handle on it stays open for the whole session: closing the last one would stop the engine between tests.
    """
    directory = tmp_path_factory.mktemp("engine")
    with Store.open(f"chdb://{directory}"):
        yield directory


@pytest.fixture
def empty_store(engine_directory: Path) -> Iterator[Store]:
    """An open store on a fresh database that no migration has touched; the database is dropped afterwards."""
    name = f"test_{next(_numbers)}"
    with Store.open(f"chdb://{engine_directory}?database={name}") as store:
        yield store
        store.command(f"DROP DATABASE {name} SYNC")


@pytest.fixture
def store(empty_store: Store) -> Store:
    """An open store with the whole schema, on a database of this test's own."""
    empty_store.migrate()
    return empty_store
