"""The way of the story's entities through the processes."""

from __future__ import annotations

from typing import Any

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
