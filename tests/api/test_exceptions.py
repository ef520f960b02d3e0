"""Exceptions over the API, with the real engine: found, acted upon, suppressed, resolved by a late success."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from spanledger_api import create_app
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store
from tests.correlator.span_rows import STORED, SpanRow, put

FLOW = parse_definition("""
process: claim-flow
version: 1
effective_from: 2020-01-01
impact: client
entity: claim
relates_to: [account]
amount_from: claim.filed
owners:
  - controllers: {exception: premature_step}
  - integration: {exception: orphan}
  - clerks: {}
severity:
  - high: {exception: [rejected_record, failed_step], amount: ">= 100 EUR"}
  - medium: {exception: orphan, age: ">= 1h", impact: client}
steps:
  - {step: claim.filed, system: portal, start: true}
  - {step: claim.approved, system: desk}
  - {step: claim.paid, system: bank, requires: [claim.approved], end: true}
""")
CLOSED = ("closed_period", "P", "period closed")


@dataclass
class Desk:
    """A client, and what happens meanwhile."""

    client: TestClient
    store: Store
    correlator: Correlator
    now: list[datetime]

    def tell(self, *spans: SpanRow) -> None:
        put(self.store, *(span.having(stored_at=self.now[0]) for span in spans))
        self.correlator.catch_up()

    def ask(self, question: str = "") -> dict[str, Any]:
        answer = self.client.get(f"/v1/exceptions{question}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def listed(self, question: str = "") -> list[tuple[str, str]]:
        return [(one["kind"], one["transaction"] or "") for one in self.ask(question)["items"]]

    def act(self, word: str, **action: Any) -> dict[str, Any]:
        answer = self.client.post(f"/v1/exceptions/{quote(word)}/actions", json={"who": "mia", **action})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def refused(self, word: str, **action: Any) -> dict[str, Any]:
        answer = self.client.post(f"/v1/exceptions/{quote(word)}/actions", json=action)
        found: dict[str, Any] = answer.json()
        return found | {"http": answer.status_code}


def claim(name: str, root: str, step: str, at: float, **more: Any) -> SpanRow:
    return SpanRow(f"{root}-{name}", f"claim.{step}", at, (("claim", root),), system="portal").having(**more)


@pytest.fixture(scope="module")
def desk(engine_directory: Path) -> Iterator[Desk]:
    definitions = Definitions([FLOW])
    now = [STORED]
    with Store.open(f"chdb://{engine_directory}?database=test_api_exceptions") as store:
        store.migrate()
        app = create_app(store, definitions, clock=lambda: now[0])
        with TestClient(app, base_url="http://localhost") as client:
            found = Desk(client, store, Correlator(store, definitions), now)
            found.tell(
                claim("filed", "C1", "filed", 0, amount=("150", "EUR")),
                claim("approved", "C1", "approved", 10, outcome="rejected", error=CLOSED, system="desk"),
                claim("filed", "C2", "filed", 0, amount=("20", "EUR")),
                claim("paid", "C2", "paid", 30, system="bank"),
                SpanRow("lost", "claim.approved", 5, system="desk"),
            )
            now[0] += timedelta(hours=2)
            yield found
        store.command("DROP DATABASE test_api_exceptions SYNC")


FAILED = "claim-flow/C1~rejected_record~claim.approved~20260302T091000Z"


def test_open_exceptions_with_totals_the_worst_first(desk: Desk) -> None:
    answer = desk.ask()
    assert [(one["kind"], one["transaction"], one["owner"], one["severity"]) for one in answer["items"]] == [
        ("rejected_record", "claim-flow/C1", "clerks", "high"),
        ("orphan", None, "integration", "medium"),
        ("missing_step", "claim-flow/C2", "clerks", "low"),
        ("premature_step", "claim-flow/C2", "controllers", "low"),
    ]
    assert answer["count"] == 4
    assert answer["by_severity"] == {"critical": 0, "high": 1, "medium": 1, "low": 2}
    assert answer["totals"] == [{"currency": "EUR", "amount": "170.00", "entities": 2}]
    first = answer["items"][0]
    assert first["id"] == FAILED
    assert first["severity_rule"] == "high: {amount: >= 100 EUR, exception: [rejected_record, failed_step]}"
    assert first["sentence"] == (
        'C1 (EUR 150.00): *claim approved*: desk refused it with "period closed"; since 20 d 1 h. Owner: clerks.'
    )


def test_filters(desk: Desk) -> None:
    assert desk.listed("?kind=premature_step") == [("premature_step", "claim-flow/C2")]
    assert desk.listed("?owner=integration") == [("orphan", "")]
    assert desk.listed("?severity=high&process=claim-flow&state=open") == [("rejected_record", "claim-flow/C1")]
    assert desk.listed("?state=resolved") == []
    assert desk.client.get("/v1/exceptions?kind=lost").json()["code"] == "unknown_value"
    assert desk.client.get("/v1/exceptions?owner=nobody").json()["code"] == "unknown_value"


def test_pages_hold_each_once(desk: Desk) -> None:
    seen, address = [], "?limit=1"
    for _ in range(4):
        page = desk.ask(address)
        seen += [one["id"] for one in page["items"]]
        address = (page["next"] or "").removeprefix("/v1/exceptions")
    assert seen == [one["id"] for one in desk.ask()["items"]]
    assert address == ""
    other = desk.ask("?limit=1")["next"].replace("limit=1", "limit=1&kind=orphan").removeprefix("/v1/exceptions")
    assert desk.client.get(f"/v1/exceptions{other}").json()["code"] == "cursor_invalid"


def test_what_people_do_stays_in_the_history(desk: Desk) -> None:
    desk.act(FAILED, action="acknowledge")
    desk.act(FAILED, action="assign", assignee="jonas")
    desk.now[0] += timedelta(minutes=1)
    view = desk.act(FAILED, action="comment", why="The period opens on Monday.")
    assert [(one["action"], one["who"], one["assignee"], one["why"]) for one in view["history"]][-1] == (
        "commented",
        "mia",
        None,
        "The period opens on Monday.",
    )
    assert {one["action"] for one in view["history"]} == {"acknowledged", "assigned", "commented"}
    assert (view["acknowledged_by"], view["assigned"], view["state"]) == ("mia", "jonas", "open")
    assert desk.listed("?assigned=jonas") == [("rejected_record", "claim-flow/C1")]


def test_a_suppression_ends_at_its_moment(desk: Desk) -> None:
    word = desk.ask("?kind=premature_step")["items"][0]["id"]
    until = desk.now[0] + timedelta(hours=1)
    assert desk.act(word, action="suppress", until=until.isoformat(), why="known")["state"] == "suppressed"
    assert desk.listed("?kind=premature_step") == []
    assert desk.listed("?state=suppressed") == [("premature_step", "claim-flow/C2")]
    desk.now[0] += timedelta(hours=2)
    assert desk.listed("?kind=premature_step") == [("premature_step", "claim-flow/C2")]
    then = (desk.now[0] - timedelta(minutes=90)).isoformat().replace("+00:00", "Z")
    assert desk.listed(f"?kind=premature_step&as_of={then}") == []


def test_a_late_success_resolves_what_a_replay_was_asked_for_also_under_another_id(desk: Desk) -> None:
    desk.act(FAILED, action="assign", assignee="jonas")
    desk.now[0] += timedelta(minutes=1)
    desk.act(FAILED, action="ask_replay", why="after opening")
    # The failure turns out to have begun earlier, and the claim to have another, earlier name.
    desk.tell(
        claim("earlier", "C1", "approved", 8, outcome="failure", error=("timeout", "", ""), system="desk"),
        SpanRow("alias", "claim.filed", -5, (("claim", "OLD"),), aliases=(("claim", "C1"),)),
    )
    view = desk.ask(f"/{quote(FAILED)}")
    assert (view["transaction"], view["since"], view["assigned"]) == ("claim-flow/OLD", "2026-03-02T09:08:00Z", "jonas")
    assert view["replay_asked_at"] is not None
    desk.tell(claim("replayed", "C1", "approved", 24 * 60 * 20, system="desk"))
    assert "rejected_record" not in [one["kind"] for one in desk.ask()["items"]]
    (resolved,) = desk.ask("?state=resolved&kind=rejected_record")["items"]
    assert (resolved["resolution"], resolved["until"]) == ("succeeded", "2026-03-22T09:00:00Z")
    assert resolved["sentence"].endswith("; a late success resolved it after 19 d 23 h, on 22 March 2026.")
    history = desk.ask(f"/{quote(resolved['id'])}")["history"]
    assert [one["action"] for one in history][-1] == "replay_asked"
    refused = desk.refused(FAILED, who="mia", action="ask_replay")
    assert (refused["http"], refused["code"]) == (409, "already_resolved")
    page = desk.client.get("/v1/transactions/claim-flow/C1").json()
    assert [(one["kind"], one["state"], one["assigned"]) for one in page["exceptions"]] == [
        ("rejected_record", "resolved", "jonas")
    ]


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ({"action": "acknowledge"}, "invalid_value"),
        ({"action": "assign", "who": "mia"}, "invalid_value"),
        ({"action": "suppress", "who": "mia", "why": "x"}, "invalid_value"),
        ({"action": "suppress", "who": "mia", "why": "x", "until": "2020-01-01T00:00:00Z"}, "invalid_value"),
        ({"action": "comment", "who": "mia", "why": " "}, "invalid_value"),
        ({"action": "comment", "who": "mia", "why": "x", "assignee": "jonas"}, "invalid_value"),
        ({"action": "close", "who": "mia"}, "unknown_value"),
    ],
)
def test_an_action_that_says_too_little_is_refused(desk: Desk, action: dict[str, Any], code: str) -> None:
    word = desk.ask("?kind=premature_step")["items"][0]["id"]
    refused = desk.refused(word, **action)
    assert (refused["http"], refused["code"]) == (422, code), refused


@pytest.mark.parametrize(
    "word", ["none", "claim-flow/C1~failed_step~claim.paid~20260302T091000Z", "a~b~c~d", "x~y~z~20269902T091000Z"]
)
def test_an_id_that_names_no_exception(desk: Desk, word: str) -> None:
    answer = desk.client.get(f"/v1/exceptions/{quote(word)}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_page_of_another_site_cannot_act(desk: Desk) -> None:
    body = b'{"action": "acknowledge", "who": "mallory"}'
    address = f"/v1/exceptions/{quote(FAILED)}/actions"
    for headers in ({"content-type": "text/plain"}, {}):
        assert desk.client.post(address, content=body, headers=headers).status_code in {415, 422}
    assert "mallory" not in str(desk.ask(f"/{quote(FAILED)}")["history"])


def test_a_person_says_that_it_is_settled_and_somebody_opens_it_again(desk: Desk) -> None:
    (premature,) = [one["id"] for one in desk.ask("?kind=premature_step")["items"]]
    assert desk.refused(premature, action="resolve", who="mia")["http"] == 422
    settled = desk.act(premature, action="resolve", why="Paid by hand; the clerk told me.")
    assert (settled["state"], settled["resolution"], settled["resolved_by"]) == ("resolved", "person", "mia")
    assert settled["until"] is not None
    assert "somebody said that it is settled" in settled["sentence"]
    assert [one["action"] for one in settled["history"]][-1] == "resolved"
    assert premature not in {one["id"] for one in desk.ask()["items"]}
    assert premature in {one["id"] for one in desk.ask("?state=resolved")["items"]}
    before = f"?as_of={desk.now[0] - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    assert premature in {one["id"] for one in desk.ask(before)["items"]}, "an hour ago nobody had said so"
    assert desk.refused(premature, action="ask_replay", who="mia")["code"] == "already_resolved"
    assert desk.refused(premature, action="resolve", who="mia", why="again")["code"] == "already_resolved"
    desk.now[0] += timedelta(minutes=1)
    again = desk.act(premature, action="reopen")
    assert (again["state"], again["resolution"], again["resolved_by"], again["until"]) == ("open", None, None, None)
    assert desk.refused(premature, action="reopen", who="mia")["code"] == "not_resolved"


def test_many_at_once_each_with_its_result(desk: Desk) -> None:
    ids = [one["id"] for one in desk.ask()["items"]]
    body = {"action": "assign", "assignee": "jonas", "who": "mia", "ids": [*ids, "none", ids[0]]}
    answer = desk.client.post("/v1/exceptions/actions", json=body).json()
    assert answer["done"] == len(ids)
    assert [(one["id"], one["done"], one["code"]) for one in answer["items"]] == [
        *((word, True, None) for word in ids),
        ("none", False, "not_found"),
    ]
    assert {one["assigned"] for one in desk.ask()["items"]} == {"jonas"}
    for wrong in ({**body, "ids": []}, {**body, "assignee": None}, {**body, "ids": ["x"] * 501}):
        assert desk.client.post("/v1/exceptions/actions", json=wrong).status_code == 422


def test_the_queue_by_money_words_and_age(desk: Desk) -> None:
    everything = {one["id"] for one in desk.ask()["items"]}
    assert desk.listed("?currency=EUR&min_amount=100&state=open&state=resolved") == [
        ("rejected_record", "claim-flow/OLD")
    ]
    assert desk.client.get("/v1/exceptions?min_amount=100").json()["code"] == "currency_missing"
    assert {one["transaction"] for one in desk.ask("?q=c2")["items"]} == {"claim-flow/C2"}
    assert desk.listed("?q=flow/old%20APPROVED&state=open&state=resolved") == [("rejected_record", "claim-flow/OLD")]
    assert {one["id"] for one in desk.ask("?older_than_days=19")["items"]} == {
        word for word in everything if "~orphan~" not in word
    }
    assert desk.listed("?older_than_days=90") == []
    ageing = desk.ask()["ageing"]
    assert sum(bucket["count"] for bucket in ageing) == len(everything)
    assert [(bucket["from_days"], bucket["to_days"]) for bucket in ageing] == [(0, 1), (14, 30)]
