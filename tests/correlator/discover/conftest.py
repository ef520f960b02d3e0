"""One store a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from spanledger_store import Store


@pytest.fixture(scope="module")
def module_store(engine_directory: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    name = "discover_" + request.module.__name__.rsplit(".", 1)[-1]
    with Store.open(f"chdb://{engine_directory}?database={name}") as store:
        store.migrate()
        yield store
        store.command(f"DROP DATABASE {name} SYNC")
