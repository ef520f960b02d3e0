"""The stuck list in a reporting currency: by which rates, ranked across currencies, and what had no rate."""

from __future__ import annotations

from decimal import Decimal

import pytest
from starlette.testclient import TestClient

from spanledger_correlator.definition.model import Rate
from spanledger_correlator.rates import RatesOfDay
from tests.api.conftest import NOW, Stage, ago, verdict


def money(root_id: str, currency: str, amount: str, **more: object) -> dict[str, object]:
    return verdict(root_id, Currencies=[currency], Amounts=[Decimal(amount)], OpenAmounts=[Decimal(amount)], **more)


@pytest.fixture
def rated(stage: Stage) -> Stage:
    """Rates of dollars and yen in euros; none of pounds."""
    usd = Rate(ago(days=2).date(), "USD", "EUR", Decimal("0.9"))
    yen = Rate(NOW.date(), "JPY", "EUR", Decimal("0.006123"))
    stage.rates = RatesOfDay(NOW.date(), {("USD", "EUR"): usd, ("JPY", "EUR"): yen})
    stage.add(
        money("usd", "USD", "111.15"),
        money("eur", "EUR", "100.00"),
        money("gbp", "GBP", "9999.00"),
        money("jpy", "JPY", "1000"),
        money("old", "EUR", "10.00", WaitingSince=ago(days=365)),
    )
    return stage


def test_totals_say_by_which_rate_of_which_day_and_what_had_none(client: TestClient, rated: Stage) -> None:
    answer = client.get("/v1/stuck?reporting_currency=EUR").json()
    assert answer["reporting"] == {
        "currency": "EUR",
        "amount": "216.16",
        "rates": [
            {"source": "JPY", "rate": "0.006123", "of": "2026-04-03"},
            {"source": "USD", "rate": "0.9", "of": "2026-04-01"},
        ],
        "rate_missing": [{"currency": "GBP", "amount": "9999.00", "entities": 1}],
    }
    assert [one["currency"] for one in answer["totals"]] == ["EUR", "GBP", "JPY", "USD"]


def test_items_are_ranked_across_currencies_and_what_has_no_rate_comes_last(client: TestClient, rated: Stage) -> None:
    items = client.get("/v1/stuck?reporting_currency=EUR").json()["items"]
    assert [(one["entity"]["id"], one["reporting_amount"]) for one in items] == [
        ("old", "10.00"),
        ("usd", "100.04"),
        ("eur", "100.00"),
        ("jpy", "6.12"),
        ("gbp", None),
    ]


def test_without_one_nothing_crosses_currencies(client: TestClient, rated: Stage) -> None:
    answer = client.get("/v1/stuck").json()
    assert answer["reporting"] is None
    assert {one["reporting_amount"] for one in answer["items"]} == {None}


def test_a_line_of_csv_holds_its_own_share(client: TestClient, rated: Stage) -> None:
    text = client.get("/v1/stuck?reporting_currency=EUR&format=csv&currency=USD").text
    assert "100.04" in text
    assert text.count("\n") == 2


def test_the_reporting_currency_needs_the_shape_of_one(client: TestClient) -> None:
    assert client.get("/v1/stuck?reporting_currency=euro").status_code == 422
