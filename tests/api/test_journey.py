"""The way of the story's entities through the processes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from starlette.testclient import TestClient


def journey(client: TestClient, entity: str) -> dict[str, Any]:
    """An entity's journey."""
    answer = client.get(f"/v1/entities/{entity}/journey")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def hops(client: TestClient, entity: str) -> list[tuple[str, str, int]]:
    """Key, direction and distance of each hop."""
    return [(one["key"], one["direction"], one["distance"]) for one in journey(client, entity)["items"]]


def test_from_the_deal_down_to_the_payment(reader: TestClient) -> None:
    assert hops(reader, "opportunity/OPP-1") == [
        ("opportunity-to-project/OPP-1", "here", 0),
        ("time-to-bill/TE-1", "downstream", 1),
        ("time-to-bill/TE-2", "downstream", 1),
        ("time-to-bill/TE-3", "downstream", 1),
        ("invoice-to-cash/INV-1043", "downstream", 1),
        ("invoice-to-cash/INV-1044", "downstream", 1),
        ("invoice-to-cash/INV-1042", "downstream", 1),
    ]
    paid = next(one for one in journey(reader, "opportunity/OPP-1")["items"] if one["key"].endswith("INV-1043"))
    assert [(part["type"], part["id"]) for part in paid["parts"]] == [("payment", "PAY-1")]
    assert (paid["via"]["id"], paid["reached_from"]) == ("PRJ-3", "opportunity-to-project/OPP-1")


def test_from_the_invoice_up_to_its_own_hours_and_the_deal(reader: TestClient) -> None:
    assert hops(reader, "invoice/INV-1042") == [
        ("opportunity-to-project/OPP-1", "upstream", 1),
        ("time-to-bill/TE-1", "upstream", 1),
        ("time-to-bill/TE-2", "upstream", 1),
        ("invoice-to-cash/INV-1042", "here", 0),
    ]


def test_an_hour_that_is_stuck_shows_where_it_stands(reader: TestClient) -> None:
    answer = journey(reader, "time_entry/TE-3")
    assert answer["stages"] == [
        {
            "process": "opportunity-to-project",
            "direction": "upstream",
            "transactions": 1,
            "stuck": 0,
            "by_status": {"completed": 1},
        },
        {"process": "time-to-bill", "direction": "here", "transactions": 1, "stuck": 1, "by_status": {"open": 1}},
    ]
    assert answer["cut_short"] is False


def test_a_payment_leads_to_what_it_settles(reader: TestClient) -> None:
    assert {key for key, direction, _ in hops(reader, "payment/PAY-1") if direction == "upstream"} == {
        "invoice-to-cash/INV-1043",
        "invoice-to-cash/INV-1044",
        "opportunity-to-project/OPP-1",
    }


def test_an_alias_leads_to_the_same_journey(reader: TestClient) -> None:
    answer = journey(reader, "project/10077")
    assert (answer["redirected_from"], answer["entity"]["id"]) == ("10077", "PRJ-3")
    assert answer["items"] == journey(reader, "project/PRJ-3")["items"]


def test_the_clock_counts(reader: TestClient) -> None:
    answer = reader.get("/v1/entities/opportunity/OPP-1/journey?as_of=2026-03-04&known=now").json()
    assert [(one["key"], one["status"]) for one in answer["items"]] == [
        ("opportunity-to-project/OPP-1", "completed"),
        ("time-to-bill/TE-1", "open"),
        ("time-to-bill/TE-2", "open"),
        ("time-to-bill/TE-3", "open"),
    ]


@pytest.mark.parametrize(
    "entity", ["project/PRJ-3", "opportunity/OPP-1", "account/ACC-7", "invoice/INV-1042", "time_entry/TE-3"]
)
def test_impact_is_what_of_the_journey_is_open_at_it_and_behind(reader: TestClient, entity: str) -> None:
    answer = reader.get(f"/v1/entities/{entity}/impact").json()
    behind = [
        one for one in journey(reader, entity)["items"] if one["direction"] != "upstream" and one["status"] == "open"
    ]
    assert {one["key"] for one in answer["items"]} == {one["key"] for one in behind}
    assert (answer["open"], answer["stuck"]) == (len(behind), sum(one["stuck"] for one in behind))
    assert sum(answer["by_process"].values()) == len(behind)
    money: dict[str, dict[str, Decimal]] = {}
    for one in behind:
        for held in one["amounts"]:
            roots = money.setdefault(held["currency"], {})
            root = one["entity"]["link"]
            roots[root] = max(roots.get(root, Decimal(0)), Decimal(held["open"]))
    assert {one["currency"]: Decimal(one["amount"]) for one in answer["totals"]} == {
        currency: sum(roots.values()) for currency, roots in money.items()
    }
    for shares in (answer["clients"], answer["closes"]):
        assert sum(one["transactions"] for one in shares) == len(behind)
    assert [one["stuck"] for one in answer["items"]] == sorted((one["stuck"] for one in behind), reverse=True)


def test_impact_in_a_sentence(reader: TestClient) -> None:
    assert reader.get("/v1/entities/invoice/INV-1042/impact").json()["sentence"] == (
        "Open at invoice INV-1042 and behind it: 1 invoice, EUR 48,200.00 of Acme GmbH."
    )
    nothing = reader.get("/v1/entities/invoice/INV-1044/impact").json()
    assert nothing["sentence"] == "Nothing is open at invoice INV-1044 or behind it."
    assert reader.get("/v1/entities/invoice/none/impact").status_code == 404
