"""What one question may cost: its queries are ended by the engine, and the refusal says which limit and how to narrow."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from spanledger_api import create_app
from spanledger_correlator.definition.model import Definitions
from spanledger_store import QueryLimits, Store
from tests.api import story

ROOM = QueryLimits(seconds=60, rows=10**9, memory_bytes=2**32)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (QueryLimits(60, 1, 2**32), "it reads too many rows"),
        (QueryLimits(60, 10**9, 50_000), "it needs too much memory"),
        (QueryLimits(0.001, 10**9, 2**32), "it takes too long"),
    ],
)
def test_what_costs_too_much_is_refused(
    told: Store, definitions: Definitions, limits: QueryLimits, reason: str
) -> None:
    app = create_app(told, definitions, clock=lambda: story.NOW, limits=limits)
    with TestClient(app, base_url="http://localhost") as client:
        answer = client.get("/v1/stuck")
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "too_expensive"
    assert reason in answer.json()["detail"]
    assert "Narrow it" in answer.json()["hint"]


def test_a_limited_store_is_the_same_store_and_ends_with_it(engine_directory: object) -> None:
    with Store.open(f"chdb://{engine_directory}?database=test_limited") as store:
        store.command("CREATE TABLE numbered (n UInt64) ENGINE = MergeTree ORDER BY n")
        limited = store.limited(ROOM)
        limited.insert("numbered", [[1], [2]], ["n"])
        assert store.rows("SELECT sum(n) AS s FROM numbered") == [{"s": 3}]
        assert limited.query("SELECT getSetting('max_rows_to_read')").result_rows == [(10**9,)]
        assert store.query("SELECT getSetting('max_rows_to_read')").result_rows == [(0,)]
        store.command("DROP DATABASE test_limited SYNC")
    with pytest.raises(Exception, match="closed"):
        limited.rows("SELECT 1 AS one")
