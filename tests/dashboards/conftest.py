"""A store with a firm's month, and the SQL interface over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from spanledger_correlator.definition.loading import load_definitions
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store
from tests.api import story
from tests.api.clickhouse.conftest import Door, open_door, tokens


@pytest.fixture(scope="session")
def firm_definitions() -> Definitions:
    return load_definitions([], pack=("invoice-to-cash", "opportunity-to-project", "time-to-bill"))


@pytest.fixture(scope="session")
def firm(engine_directory: Path, firm_definitions: Definitions) -> Iterator[Store]:
    """The story, told to the tenant `acme`."""
    with Store.open(f"chdb://{engine_directory}?database=dashboards") as store:
        store.migrate()
        story.tell(store, firm_definitions, "acme")
        yield store
        store.command("DROP DATABASE dashboards SYNC")


@pytest.fixture(scope="session")
def door(firm: Store) -> Iterator[Door]:
    with open_door(firm, tokens()) as door:
        yield door
