"""Corrections over the API, with the real engine: decided, heeded, listed, taken back, and refused when they make no sense."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from spanledger_api import create_app
from spanledger_correlator.correlator import Correlator
from spanledger_store import Store
from tests.correlator.order_flow import DEFINITIONS
from tests.correlator.span_rows import SpanRow, put

PLACED = SpanRow("place", "order.placed", 0, (("order", "O1"),))
HANDED = SpanRow("hand", "parcel.handed", 3, (("delivery", "D1"),), process="order-flow")
SPANS = (PLACED, SpanRow("link", "", 2, (("delivery", "D1"), ("order", "O1"))), HANDED)
SAID = {"who": "mia", "why": "the driver said so"}
CUT = {"kind": "cut_link", "one": {"type": "delivery", "id": "D1"}, "other": {"type": "order", "id": "O1"}, **SAID}
OUT = {
    "kind": "detach_span",
    "span": {"trace_id": HANDED.trace_id, "span_id": HANDED.span_id},
    "transaction": "order-flow/O1",
    **SAID,
}


@dataclass
class Desk:
    """A client and the correlator behind it."""

    client: TestClient
    correlator: Correlator

    def post(self, address: str, body: Any, status: int = 200) -> dict[str, Any]:
        answer = self.client.post(address, json=body)
        assert answer.status_code == status, answer.text
        self.correlator.catch_up()
        found: dict[str, Any] = answer.json()
        return found

    def get(self, address: str) -> dict[str, Any]:
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def members(self) -> list[str]:
        return [one["span_id"] for one in self.get("/v1/transactions/order-flow/O1")["evidence"]]


@pytest.fixture(scope="module")
def desk(engine_directory: Path) -> Iterator[Desk]:
    with Store.open(f"chdb://{engine_directory}?database=api_corrections") as store:
        store.migrate()
        correlator = Correlator(store, DEFINITIONS)
        put(store, *SPANS)
        correlator.catch_up()
        with TestClient(create_app(store, DEFINITIONS), base_url="http://localhost") as client:
            yield Desk(client, correlator)
        store.command("DROP DATABASE api_corrections SYNC")


def test_a_link_is_cut_and_that_is_taken_back(desk: Desk) -> None:
    assert desk.members() == [PLACED.span_id, HANDED.span_id]

    made = desk.post("/v1/corrections", CUT)

    assert (made["kind"], made["one"], made["who"], made["taken_back"]) == ("cut_link", CUT["one"], "mia", None)
    assert desk.members() == [PLACED.span_id]
    assert desk.get("/v1/corrections?standing=yes")["items"] == [made]
    ended = desk.post(f"/v1/corrections/{made['id']}/take-back", {"who": "jonas", "why": "he erred"})
    assert ended["taken_back"]["who"] == "jonas"
    assert desk.get(f"/v1/corrections/{made['id']}") == ended
    assert desk.members() == [PLACED.span_id, HANDED.span_id]
    assert desk.get("/v1/corrections?standing=yes")["items"] == []
    again = desk.post(f"/v1/corrections/{made['id']}/take-back", {"who": "late", "why": "too"})
    assert again["taken_back"]["who"] == "jonas"


def test_a_span_is_taken_out_under_the_key_of_its_transaction(desk: Desk) -> None:
    made = desk.post("/v1/corrections", OUT)
    assert made["transaction"] == "order-flow/O1"
    assert desk.members() == [PLACED.span_id]
    desk.post(f"/v1/corrections/{made['id']}/take-back", SAID)


def test_an_added_link_is_named_by_what_it_attached(desk: Desk) -> None:
    other = SpanRow("other", "parcel.handed", 4, (("parcel", "P9"),), process="order-flow", stored_at=datetime.now(UTC))
    put(desk.correlator.store, other)
    made = desk.post(
        "/v1/corrections",
        {"kind": "add_link", "one": {"type": "parcel", "id": "P9"}, "other": {"type": "order", "id": "O1"}, **SAID},
    )
    evidence = desk.get("/v1/transactions/order-flow/O1")["evidence"]
    (found,) = [one for one in evidence if one["key"] == "parcel P9"]
    assert found["correction"] == made["id"]
    assert f"correction {made['id']} says so" in found["text"]
    desk.post(f"/v1/corrections/{made['id']}/take-back", SAID)


@pytest.mark.parametrize(
    ("body", "status", "code", "said"),
    [
        ({**CUT, "one": None}, 422, "invalid_value", "`cut_link` needs `one`."),
        ({**CUT, "transaction": "order-flow/O1"}, 422, "invalid_value", "`cut_link` takes no `transaction`."),
        ({**CUT, "one": {"type": "deliverie", "id": "D1"}}, 422, "unknown_value", "Did you mean `delivery`?"),
        ({**CUT, "one": {"type": "order", "id": "O2"}}, 422, "unknown_value", "Links lead between"),
        ({**OUT, "transaction": "order-flow/O9"}, 404, "not_found", "There is no transaction `order-flow/O9`"),
        ({**OUT, "span": {"trace_id": "0", "span_id": "1"}}, 422, "unknown_value", "is no step of `order-flow/O1`"),
        ({**CUT, "why": ""}, 422, "invalid_value", "why"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_write(
    desk: Desk, body: Any, status: int, code: str, said: str
) -> None:
    refused = desk.post("/v1/corrections", body, status)
    assert refused["code"] == code or refused["errors"][0]["code"] == code
    assert said in str(refused)
    assert desk.get("/v1/corrections?standing=yes")["items"] == []


def test_a_body_must_be_said_to_be_json(desk: Desk) -> None:
    answer = desk.client.post("/v1/corrections", content="{}", headers={"Content-Type": "text/plain"})
    assert answer.status_code in {415, 422}


def test_an_unknown_correction_is_not_found(desk: Desk) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    assert desk.post(f"/v1/corrections/{unknown}/take-back", SAID, 404)["code"] == "not_found"
