"""A flow whose steps fail, its integration's endpoint, and people with keys of their own, over the real engine."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from spanledger_api import Access, create_app
from spanledger_api.exception_item import id_of
from spanledger_api.replays.dispatch import Dispatch
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import parse_definition, parse_replay
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store
from tests.api.access.issuer import Issuer
from tests.api.replays.endpoint import SECRET, Endpoint
from tests.correlator.span_rows import EPOCH, STORED, SpanRow, put

FLOW = parse_definition("""
process: claim-flow
version: 1
effective_from: 2020-01-01
impact: client
entity: claim
amount_from: claim.filed
owners: [{clerks: {}}]
steps:
  - {step: claim.filed, system: portal, start: true}
  - {step: claim.booked, system: ledger}
  - {step: claim.paid, system: bank, end: true}
""")
BESIDE = parse_definition("""
process: ledger-feed
version: 1
effective_from: 2020-01-01
impact: reporting
entity: claim
owners: [{ledgers: {}}]
steps:
  - {step: claim.booked, system: ledger, start: true}
  - {step: claim.reported, system: warehouse, end: true}
""")
"""Another process of which the same step is a part."""
NUMBERS = itertools.count(1)
OPEN = {
    "mia": {"roles": ["operator", "finance"], "email": "mia@example.com", "sub": "u-mia"},
    "jonas": {"roles": ["approver", "finance"], "email": "jonas@example.com", "sub": "u-jonas"},
    "otto": {"roles": ["operator"], "email": "otto@example.com", "sub": "u-otto"},
    "both": {"roles": ["operator", "approver", "finance"], "email": "both@example.com", "sub": "u-both"},
    "vera": {"roles": [], "email": "vera@example.com", "sub": "u-vera"},
}
"""Claims by name."""


@dataclass
class Desk:
    """A client, the people who use it, the endpoint, and the clock."""

    client: TestClient
    store: Store
    correlator: Correlator
    issuer: Issuer
    endpoint: Endpoint
    now: list[datetime]

    def tell(self, *spans: SpanRow) -> None:
        """Spans that are stored now."""
        put(self.store, *(span.having(stored_at=self.now[0]) for span in spans))
        self.correlator.catch_up()

    def wait(self, **length: float) -> None:
        """Let time pass."""
        self.now[0] += timedelta(**length)

    def refused_claim(self, error: str = "validation", amount: str = "150", **changes: Any) -> str:
        """File a claim whose booking fails; the id of the exception."""
        root, since = self.new_root(), self.now[0]
        told = {"outcome": "failure", "error": (error, "E1", "Acme is wrong"), "service": "claim-booker", **changes}
        self.tell(
            claim(root, "filed", self.minute() - 60, amount=(amount, "EUR"), legal_entity="DE01"),
            claim(root, "booked", self.minute(), "1", **{"system": "ledger", **told}),
        )
        self.wait(minutes=1)
        kind = "rejected_record" if told["outcome"] == "rejected" else "failed_step"
        return id_of(f"claim-flow/{root}", kind, "claim.booked", since)

    def new_root(self) -> str:
        """The id of a claim that no test has used; none is the beginning of another."""
        return f"C{next(NUMBERS)}x"

    def minute(self) -> float:
        """The clock in the minutes of span rows."""
        return (self.now[0] - EPOCH) / timedelta(minutes=1)

    def headers(self, who: str, **changes: Any) -> dict[str, str]:
        """The credential of somebody."""
        token = self.issuer.token(self.now[0], **{**OPEN[who], **changes})
        return {"Authorization": f"Bearer {token}"}

    def get(self, address: str, who: str = "mia", **changes: Any) -> Any:
        """The answer to somebody's question."""
        return self.client.get(address, headers=self.headers(who, **changes))

    def post(self, address: str, who: str, body: dict[str, Any]) -> Any:
        """The answer to somebody's change."""
        return self.client.post(address, headers=self.headers(who), json=body)

    def plan(self, word: str, who: str = "mia") -> dict[str, Any]:
        """What a replay would be."""
        answer = self.get(f"/v1/exceptions/{quote(word)}/replay", who)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def ask(self, word: str, who: str = "mia", **more: Any) -> Any:
        """Ask for a replay."""
        return self.post(f"/v1/exceptions/{quote(word)}/replay", who, {"why": "corrected", **more})

    def decide(self, replay: dict[str, Any], who: str, action: str) -> Any:
        """Approve, refuse or withdraw."""
        return self.post(f"/v1/replays/{replay['id']}/actions", who, {"action": action, "why": "looked at it"})

    def replay(self, replay: dict[str, Any], who: str = "mia") -> dict[str, Any]:
        """The replay as it is now."""
        answer = self.get(f"/v1/replays/{replay['id']}", who)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def claim(root: str, step: str, at: float, number: str = "", **more: Any) -> SpanRow:
    """A span of a claim."""
    return SpanRow(f"{root}-{step}-{number}", f"claim.{step}", at, (("claim", root),), system="portal").having(**more)


def replay_file(**changes: str) -> str:
    """A registration of an endpoint at `url`, with changes."""
    keys = {"replay": "claim-booking", "step": "claim.booked", "service": "claim-booker"} | {
        "approval": "'> 1000 EUR'", "dry_run": "true", "timeout": "2s", "outcome_within": "1h", **changes,
    }  # fmt: skip
    return "".join(f"{key}: {value}\n" for key, value in keys.items())


def open_desk(store: Store, endpoint: Endpoint, now: list[datetime], **registered: str) -> Iterator[Desk]:
    """A desk over a store and an endpoint that is registered so."""
    issuer = Issuer()
    definitions = Definitions(
        [FLOW, BESIDE], replays=[parse_replay(replay_file(**{"url": endpoint.url, **registered}))]
    )
    app = create_app(
        store,
        definitions,
        access=Access(provider=issuer.provider()),
        clock=lambda: now[0],
        dispatch=Dispatch(definitions.replays, {"claim-booking": SECRET}),
    )
    with TestClient(app, base_url="http://spanledger.example.com") as client:
        yield Desk(client, store, Correlator(store, definitions), issuer, endpoint, now)


@pytest.fixture(scope="module")
def running(engine_directory: Path) -> Iterator[tuple[Store, Endpoint]]:
    """A store and an endpoint that a module's tests share: each has claims of its own."""
    with Store.open(f"chdb://{engine_directory}?database=test_replays") as store, Endpoint() as endpoint:
        store.migrate()
        yield store, endpoint
        store.command("DROP DATABASE test_replays SYNC")


@pytest.fixture(scope="module")
def now() -> list[datetime]:
    """The clock, which tests only move on."""
    return [STORED]


@pytest.fixture
def endpoint(running: tuple[Store, Endpoint]) -> Endpoint:
    """The endpoint as it is at first, without orders."""
    _, endpoint = running
    endpoint.reset()
    return endpoint


@pytest.fixture(scope="module")
def opened(running: tuple[Store, Endpoint], now: list[datetime]) -> Iterator[Desk]:
    """The desk of a module."""
    yield from open_desk(*running, now)


@pytest.fixture
def desk(opened: Desk, endpoint: Endpoint) -> Desk:
    """A desk whose endpoint honours no keys."""
    assert opened.endpoint is endpoint
    return opened


@pytest.fixture
def store(running: tuple[Store, Endpoint]) -> Store:
    """The store of the module."""
    return running[0]
