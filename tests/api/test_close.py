"""What blocks a close, against Python over the transactions."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from spanledger_api import create_app
from spanledger_api.zones import Zones
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store
from tests.api import story
from tests.api.test_problems import refused


def transactions(client: TestClient) -> list[dict[str, Any]]:
    """Every transaction of the story."""
    found: list[dict[str, Any]] = client.get("/v1/transactions?limit=1000").json()["items"]
    return found


@pytest.mark.parametrize("entity", ["DE01", "US01", "nobody"])
@pytest.mark.parametrize("period", ["2026-02", "2026-03", "2025-01"])
def test_what_began_before_the_end_and_has_not_ended(reader: TestClient, entity: str, period: str) -> None:
    answer = reader.get(f"/v1/close?legal_entity={entity}&period={period}").json()
    end = datetime.fromisoformat(answer["ends_at"])
    mine = [
        one
        for one in transactions(reader)
        if one["legal_entity"] == entity and datetime.fromisoformat(one["started_at"]) < end
    ]
    left = [one for one in mine if one["status"] == "open"]
    assert (answer["open"], answer["stuck"]) == (len(left), sum(one["stuck"] for one in left))
    assert {one["owner"]: one["transactions"] for one in answer["owners"]} == Counter(one["owner"] for one in left)
    money: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
    for one in left:
        for held in one["amounts"]:
            root = one["entity"]["link"]
            money[held["currency"]][root] = max(money[held["currency"]].get(root, Decimal(0)), Decimal(held["open"]))
    assert {one["currency"]: Decimal(one["amount"]) for one in answer["totals"]} == {
        currency: sum(roots.values(), Decimal(0)) for currency, roots in money.items()
    }
    assert answer["days"][-1] == {"day": f"{story.NOW:%Y-%m-%d}", "open": len(left)}
    for day in answer["days"][:-1]:
        until = datetime.fromisoformat(f"{day['day']}T00:00:00+00:00") + timedelta(days=1)
        ended = [one for one in mine if one["closed_at"] and datetime.fromisoformat(one["closed_at"]) <= until]
        assert day["open"] == len(mine) - len(ended), day
    listed = reader.get(answer["transactions"]).json()["items"]
    assert {one["key"] for one in listed} == {one["key"] for one in left}


def test_a_month_ends_where_the_legal_entity_sits(told: Store, definitions: Definitions) -> None:
    zones = Zones({"US01": ZoneInfo("America/New_York")})
    app = create_app(told, definitions, clock=lambda: story.NOW, zones=zones)
    with TestClient(app, base_url="http://localhost") as client:
        answer = client.get("/v1/close?legal_entity=US01&period=2026-02").json()
    assert datetime.fromisoformat(answer["ends_at"]) == datetime(2026, 3, 1, 5, tzinfo=UTC)


def test_what_makes_no_sense_is_refused(reader: TestClient) -> None:
    month = refused(reader, "/v1/close?legal_entity=DE01&period=2026-13")
    assert (month["detail"], month["hint"]) == (
        "period: `2026-13` is no month.",
        "Write its year and number, such as 2026-03.",
    )
    missing = refused(reader, "/v1/close?period=2026-03")
    assert (missing["detail"], missing["hint"]) == ("`legal_entity` is missing.", "Add `legal_entity`.")
    assert missing["errors"][0]["where"] == "query.legal_entity"
    assert refused(reader, "/v1/close?legal_entity=DE01&period=2026-03&process=none")["code"] == "unknown_value"
