"""Who may ask: a key or token for the whole of a tenant, with money, shown in any of the ways of ClickHouse's clients."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx2
import pytest

from spanledger_api import Access
from spanledger_api.access import api_keys
from spanledger_api.access.api_keys import ApiKey
from spanledger_store import Store

from .conftest import Door, open_door, tokens


@pytest.fixture
def keyed(store: Store) -> Iterator[tuple[Store, Door]]:
    """An interface over an empty store that asks for keys."""
    with open_door(store, tokens()) as door:
        yield store, door


@pytest.mark.parametrize("shown", ["", "nobody-token"])
def test_who_shows_nothing_that_is_known_is_refused(door: Door, shown: str) -> None:
    answer = door.ask("SELECT 1", headers={"X-ClickHouse-Key": shown})
    assert (answer.status_code, answer.headers["X-ClickHouse-Exception-Code"]) == (401, "516")
    assert "spanledger key create" in answer.text


def test_a_key_needs_money_and_the_whole_tenant(keyed: tuple[Store, Door]) -> None:
    store, door = keyed
    whole = ApiKey("", "acme", "grafana", "", ("finance",), (), (), datetime.now(UTC), None, None)
    keys = (
        (whole, 200),
        (replace(whole, roles=("viewer", "operator")), 403),
        (replace(whole, legal_entities=("DE01",)), 403),
        (replace(whole, processes=("invoice-to-cash",)), 403),
    )
    # The interface learns of new keys within a second, so all are there before the first is shown.
    for shown, status in [(api_keys.issue(store, key)[1], status) for key, status in keys]:
        answer = door.ask("SELECT count() FROM transactions", headers={"X-ClickHouse-Key": shown})
        assert answer.status_code == status, answer.text
        if status == 403:
            assert "needs a key with the role finance" in answer.text


def test_without_credentials_it_answers_this_machine_alone(store: Store) -> None:
    with open_door(store, Access(default_tenant="acme")) as door:
        assert door.ask("SELECT 1", headers={"X-ClickHouse-Key": ""}).text == "1\n"
        elsewhere = httpx2.post(door.url, content="SELECT 1", headers={"Host": "ledger.example"})
        assert elsewhere.status_code == 401
        assert "this machine's own address only" in elsewhere.text


def test_who_asked_what_is_written_down(keyed: tuple[Store, Door]) -> None:
    store, door = keyed
    door.ask("SELECT count() FROM transactions")
    door.ask("SELECT file('/etc/passwd')")
    ends = time.monotonic() + 10
    rows: list[tuple[object, ...]] = []
    while len(rows) < 2:
        assert time.monotonic() < ends
        rows = [
            tuple(row)
            for row in store.query(
                "SELECT Tenant, Kind, Principal, Method, Query, Status FROM audit_trail ORDER BY At"
            ).result_rows
        ]
    assert [row[1:] for row in rows] == [
        ("read", "the token of acme", "SQL", "SELECT count() FROM transactions", 200),
        ("refused", "the token of acme", "SQL", "SELECT file('/etc/passwd')", 403),
    ]
    assert {row[0] for row in rows} == {"acme"}
