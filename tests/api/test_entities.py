"""An entity of the story: its ids, what is known about it, and what it is part of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.testclient import TestClient

from spanledger_api import create_app
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store
from tests.api import story
from tests.correlator.span_rows import EPOCH, SpanRow, put


def entity(client: TestClient, address: str) -> dict[str, Any]:
    """An entity."""
    answer = client.get(f"/v1/entities/{address}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_client_shows_its_newest_attributes_and_where_it_stands(reader: TestClient) -> None:
    client = entity(reader, "account/ACC-7")
    assert {one["key"]: one["value"] for one in client["attributes"]} == {
        "in_crm": "true",
        "name": "Acme GmbH",
        "tier": "gold",
    }
    assert {one["said_at"] for one in client["attributes"]} == {"2026-03-07T10:00:00Z"}
    assert client["transactions_count"] == 7
    assert {one["role"] for one in client["transactions"]} == {"context"}


def test_a_project_is_a_part_of_the_deal_that_made_it(reader: TestClient) -> None:
    project = entity(reader, "project/PRJ-3")
    assert (project["id"], project["other_ids"], project["redirected_from"]) == ("PRJ-3", ["10077"], None)
    roles = [(one["role"], one["key"]) for one in project["transactions"]]
    assert roles[0] == ("part", "opportunity-to-project/OPP-1")
    assert {role for role, _ in roles[1:]} == {"context"}
    assert entity(reader, "project/10077") == project | {"redirected_from": "10077"}


def test_a_root_comes_first(reader: TestClient) -> None:
    invoice = entity(reader, "invoice/INV-1042")
    assert [(one["role"], one["key"]) for one in invoice["transactions"]] == [
        ("root", "invoice-to-cash/INV-1042"),
        ("part", "time-to-bill/TE-1"),
        ("part", "time-to-bill/TE-2"),
    ]
    assert reader.get(invoice["journey"]).status_code == 200


def test_the_clock_counts_for_attributes_and_ids(store: Store, definitions: Definitions) -> None:
    account = (("account", "A"), ("invoice", "I"))

    def said(name: str, at: float, tier: str, stored: float) -> SpanRow:
        return SpanRow(
            name,
            "invoice.generated",
            at,
            account,
            attributes=(("account", "tier", tier),),
            aliases=(("account", f"alias-{tier}"),),
            stored_at=EPOCH + timedelta(minutes=stored),
        )

    # The older value was stored last: the newest by when it happened counts.
    put(store, said("b", 10, "gold", 20))
    put(store, said("a", 0, "silver", 60))
    put(store, said("c", 30, "platinum", 61).having(tenant="other"))
    Correlator(store, definitions).catch_up()

    with TestClient(create_app(store, definitions, clock=lambda: story.NOW), base_url="http://localhost") as client:

        def known(query: str) -> tuple[list[str], list[str]]:
            found = entity(client, f"account/A{query}")
            return [one["value"] for one in found["attributes"]], sorted(found["other_ids"])

        assert known("") == (["gold"], ["alias-gold", "alias-silver"])
        assert known("?as_of=2026-03-02T09:30:00Z") == (["gold"], ["alias-gold"])
        assert known("?as_of=2026-03-02T09:05:00Z&known=now") == (["silver"], ["alias-gold", "alias-silver"])
