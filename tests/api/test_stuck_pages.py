"""The stuck list in pages: every item once, in the order of the whole list, whatever the order is."""

from __future__ import annotations

import base64
import json
import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from starlette.testclient import TestClient

from spanledger_correlator.definition.model import Rate
from spanledger_correlator.rates import RatesOfDay
from tests.api.conftest import NOW, Stage, ago, verdict

ORDERS = [
    "", "sort=rank", "currency=EUR", "reporting_currency=EUR", "reporting_currency=EUR&currency=USD",
    "sort=-waiting_since", "sort=waiting_since", "sort=severity", "sort=-severity", "sort=due_at",
    "sort=amount&currency=EUR", "sort=-amount&currency=EUR", "sort=-key", "owner=erp-team",
]  # fmt: skip


@pytest.fixture
def crowd(stage: Stage, client: TestClient) -> TestClient:
    """Thirty stuck invoices, many of them equal in what they are ordered by."""
    dice = random.Random(5)
    stage.rates = RatesOfDay(NOW.date(), {("USD", "EUR"): Rate(NOW.date(), "USD", "EUR", Decimal("0.9"))})
    for number in range(30):
        held = dice.choice([["EUR"], ["USD"], ["EUR", "USD"], ["CHF"], []])
        amounts = [Decimal(dice.choice([100, 100, 250])) for _ in held]
        stage.add(
            verdict(
                f"INV-{number}",
                Severity=dice.choice(["critical", "high", "medium", "low"]),
                Owner=dice.choice(["finance-operations", "erp-team"]),
                WaitingSince=dice.choice([None, ago(days=3), ago(days=3), ago(days=1)]),
                DueAt=dice.choice([None, ago(days=2)]),
                Currencies=held,
                Amounts=amounts,
                OpenAmounts=amounts,
            )
        )
    return client


def pages(client: TestClient, question: str, size: int) -> list[list[dict[str, Any]]]:
    """The items of each page."""
    found, address = [], f"/v1/stuck?{question}&limit={size}".replace("?&", "?")
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["items"])
        address = answer.json()["next"]
    return found


@pytest.mark.parametrize("question", ORDERS)
def test_pages_hold_each_item_once_in_order(crowd: TestClient, question: str) -> None:
    whole = crowd.get(f"/v1/stuck?{question}").json()
    assert whole["next"] is None
    for size in (1, 7):
        found = pages(crowd, question, size)
        assert all(len(page) == size for page in found[:-1])
        assert [one["key"] for page in found for one in page] == [one["key"] for one in whole["items"]]


def test_totals_are_over_all_on_every_page(crowd: TestClient) -> None:
    first = crowd.get("/v1/stuck?limit=4").json()
    second = crowd.get(first["next"]).json()
    assert (first["count"], first["totals"]) == (second["count"], second["totals"])


def test_what_grows_older_meanwhile_does_not_change_places(crowd: TestClient) -> None:
    """A small sum that waits long and a large one that waits little change places as both wait on."""
    order = [one["key"] for one in crowd.get("/v1/stuck").json()["items"]]
    first = crowd.get("/v1/stuck?limit=10").json()
    services = crowd.app.state.services  # type: ignore[attr-defined]
    moved = type(services.inquiries)(
        **{name: getattr(services.inquiries, name) for name in services.inquiries.__slots__ if name != "now"},
        now=lambda: NOW + timedelta(days=300),
    )
    object.__setattr__(services, "inquiries", moved)
    rest = crowd.get(first["next"].replace("limit=10", "limit=100")).json()["items"]
    assert [one["key"] for one in first["items"]] + [one["key"] for one in rest] == order


@pytest.mark.parametrize("sort", ["amount", "-amount"])
def test_an_order_by_amount_needs_a_currency(crowd: TestClient, sort: str) -> None:
    assert crowd.get(f"/v1/stuck?sort={sort}").json()["code"] == "currency_missing"


def test_a_cursor_is_good_for_its_question_alone(crowd: TestClient) -> None:
    address = crowd.get("/v1/stuck?limit=4").json()["next"]
    assert crowd.get(f"{address}&owner=erp-team").json()["code"] == "cursor_invalid"
    assert crowd.get("/v1/stuck?cursor=nonsense").json()["code"] == "cursor_invalid"


@pytest.mark.parametrize(("place", "forged"), [(1, "1e5"), (1, "9" * 90), (2, "9" * 18), (2, "-1"), (3, "9" * 18)])
def test_a_forged_cursor_is_refused_and_breaks_nothing(crowd: TestClient, place: int, forged: str) -> None:
    """Its parts: the question, the weight, the moment, the severity, and whose place it is."""
    address = crowd.get("/v1/stuck?limit=4").json()["next"]
    head, _, cursor = address.partition("cursor=")
    parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    parts[place] = forged
    text = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
    answer = crowd.get(f"{head}cursor={text}")
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")
