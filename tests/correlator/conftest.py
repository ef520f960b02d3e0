"""Fixtures of the correlator's tests: one store a module, into which every test of it tells its own spans."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from spanledger_correlator.correlator import Correlator
from spanledger_store import Store

from .telling import Found, Ledger, cases, differences


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "told(commits): the spans that a test tells under a tenant of its own")


@pytest.fixture(scope="module")
def ledger(engine_directory: Path, request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """The module's store with every case of it taken in, judged by the module's `DEFINITIONS`.

    What was kept commit by commit must be what an evaluation of everything finds: so each case is also one of arrival.
    """
    name = request.module.__name__.rsplit(".", 1)[-1]
    with Store.open(f"chdb://{engine_directory}?database={name}") as store:
        store.migrate()
        definitions = request.module.DEFINITIONS
        told = Ledger(store, definitions, Correlator(store, definitions))
        told.tell(cases(request.session.items, request.module))
        yield told
        store.command(f"DROP DATABASE {name} SYNC")


@pytest.fixture(scope="module")
def arrival(ledger: Ledger) -> list[str]:
    """Where what was kept commit by commit differs from an evaluation of everything at once: nowhere, one hopes."""
    complete = ledger.evaluate()
    return differences(ledger.kept(), complete)


@pytest.fixture
def found(ledger: Ledger, arrival: list[str], request: pytest.FixtureRequest) -> Found:
    """What the correlator says of the spans that this test told: the same, in whichever commits they came."""
    assert [line for line in arrival if line.startswith(f"('{request.node.name}")] == []
    return Found(ledger, request.node.name)
