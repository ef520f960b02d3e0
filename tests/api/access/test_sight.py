"""Every address by role, scope and tenant: who may ask, and that nothing is shown that its asker may not see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient

from spanledger_api import Access, create_app
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store
from tests.api import story
from tests.api.access.issuer import Issuer

ADDRESSES = {
    "/v1/stuck": "anyone",
    "/v1/transactions": "anyone",
    "/v1/transactions?sort=-severity&status=open": "anyone",
    "/v1/transactions/invoice-to-cash/INV-1042": "anyone",
    "/v1/transactions/invoice-to-cash/INV-1042/spans": "anyone",
    "/v1/transactions/invoice-to-cash/INV-1042/spans?whole_traces=true": "whole",
    "/v1/transactions/invoice-to-cash/INV-1042/why": "anyone",
    "/v1/transactions/opportunity-to-project/OPP-1": "anyone",
    "/v1/exceptions": "anyone",
    "/v1/exceptions?state=open&state=resolved": "anyone",
    "/v1/exceptions/invoice-to-cash/INV-1042~rejected_record~invoice.posted~20260318T094500Z": "anyone",
    "/v1/exceptions/invoice-to-cash/INV-1042~rejected_record~invoice.posted~20260318T094500Z/replay": "anyone",
    "/v1/replays": "anyone",
    "/v1/replays?state=sent&step=time_entry.posted": "anyone",
    "/v1/replays/0b0e6e0e-2f7c-4a53-9a7c-3f5d3c1f9f11": "anyone",
    "/v1/entities/invoice/INV-1042": "anyone",
    "/v1/entities/account/ACC-7": "anyone",
    "/v1/entities/invoice/INV-1042/journey": "anyone",
    "/v1/entities/project/PRJ-3/impact": "anyone",
    "/v1/close?legal_entity=US01&period=2026-03": "anyone",
    "/v1/sla": "anyone",
    "/v1/sla/burn": "anyone",
    "/v1/sla/burn?client=Acme%20GmbH": "money",
    "/v1/processes": "anyone",
    "/v1/processes/invoice-to-cash": "anyone",
    "/v1/corrections": "whole",
    "/v1/sources": "whole",
    "/v1/producers": "whole",
    "/v1/integrations": "whole",
    "/v1/data-quality": "whole",
    "/v1/audit": "admin",
    "/v1/stuck/groups?by=owner&by=age": "anyone",
    "/v1/stuck/groups?by=client": "money",
    "/v1/invoices/stuck": "anyone",
    "/v1/kpis": "anyone",
    "/v1/kpis?by=client": "money",
    "/v1/reconciliations": "finance",
    "/v1/totals": "finance",
    "/": "anyone",
    "/transactions/invoice-to-cash/INV-1042": "anyone",
    "/v1/stuck?client=Acme%20GmbH": "money",
    "/v1/stuck?currency=EUR": "money",
    "/v1/stuck?currency=EUR&min_amount=1": "money",
    "/v1/stuck?reporting_currency=EUR": "money",
    "/v1/transactions?sort=amount&currency=EUR": "money",
    "/v1/transactions?sort=-amount&currency=EUR": "money",
    "/v1/sla?client=Acme%20GmbH": "money",
    "/?client=Acme%20GmbH": "money",
}
"""What each address needs: nothing, sight of the `whole` tenant, the role `finance` over it, or `finance` (`money`)."""


@dataclass(frozen=True)
class Asker:
    """An application over the story, and tokens for it."""

    client: TestClient
    issuer: Issuer

    def get(self, address: str, **claims: Any) -> Any:
        """The answer to somebody with these claims."""
        token = self.issuer.token(story.NOW, **claims)
        return self.client.get(address, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture(scope="module")
def asker(told: Store, definitions: Definitions) -> Iterator[Asker]:
    """Somebody whose claims a test chooses."""
    issuer = Issuer()
    app = create_app(told, definitions, access=Access(provider=issuer.provider()), clock=lambda: story.NOW)
    with TestClient(app, base_url="http://spanledger.example.com") as client:
        yield Asker(client, issuer)


@pytest.fixture(scope="module")
def secrets(told: Store) -> re.Pattern[str]:
    """What only finance may see: every amount that a span states, in any way of writing it, every name and free text."""
    amounts = [row["A"] for row in told.rows("SELECT DISTINCT toString(Amount) AS A FROM spans WHERE Amount > 99")]
    texts = told.rows(
        "SELECT DISTINCT arrayJoin(AttributeValue) AS T FROM (SELECT [Value] AS AttributeValue FROM entity_attributes WHERE Key = 'name')"
    )
    messages = told.rows("SELECT DISTINCT toString(ErrorMessage) AS T FROM spans WHERE ErrorMessage != ''")
    assert amounts
    assert texts
    assert messages
    words = [re.escape(row["T"]) for row in [*texts, *messages]]
    for amount in amounts:
        whole = amount.partition(".")[0]
        # A short number may stand for anything; as money it has its decimals.
        words += [rf"(?<!\d){re.escape(one)}\.\d\d" for one in (whole, f"{int(whole):,}")]
        words += [rf"(?<!\d){whole}(?!\d)"] if len(whole) > 4 else []
    return re.compile("|".join(words))


def told_in(answer: Any) -> str:
    """What an answer tells: of a page without the examples in its fields."""
    return re.sub(r'placeholder="[^"]*"', "", answer.text)


@pytest.mark.parametrize(("address", "needed"), ADDRESSES.items())
def test_a_viewer_sees_everything_but_money_names_and_texts(
    asker: Asker, secrets: re.Pattern[str], address: str, needed: str
) -> None:
    answer = asker.get(address)
    if needed in {"finance", "money", "admin"}:
        assert answer.status_code == 403
        if address.startswith("/v1"):
            assert answer.json()["code"] == "role_missing"
    else:
        assert answer.status_code == 200, answer.text
        assert secrets.search(told_in(answer)) is None


@pytest.mark.parametrize("address", ADDRESSES)
def test_finance_sees_all(asker: Asker, address: str) -> None:
    assert asker.get(address, roles=["finance", "admin"]).status_code == 200


def test_finance_does_see_what_a_viewer_does_not(asker: Asker, secrets: re.Pattern[str]) -> None:
    for address in ("/v1/stuck", "/v1/transactions", "/v1/exceptions", "/v1/entities/account/ACC-7", "/"):
        assert secrets.search(asker.get(address, roles=["finance"]).text), address


@pytest.mark.parametrize("roles", [[], ["finance"]])
@pytest.mark.parametrize(("address", "needed"), ADDRESSES.items())
def test_a_narrowed_credential_sees_its_part_alone(asker: Asker, address: str, needed: str, roles: list[str]) -> None:
    answer = asker.get(address, roles=roles, legal_entities=["US01"])
    if needed in {"whole", "finance", "admin"} or (needed == "money" and not roles):
        assert answer.status_code == 403
    elif any(one in address for one in ("INV-1042", "OPP-1", "/v1/replays/")):
        assert answer.status_code == 404
    else:
        assert answer.status_code == 200
        assert "INV-1042" not in answer.text
        assert "DE01" not in told_in(answer)


@pytest.mark.parametrize("address", [one for one, needed in ADDRESSES.items() if needed == "anyone"])
def test_what_lies_outside_a_scope_answers_as_what_does_not_exist(asker: Asker, address: str) -> None:
    missing = address.replace("INV-1042", "INV-0000").replace("OPP-1", "OPP-0").replace("ACC-7", "ACC-0")
    if missing != address and not address.startswith("/transactions"):
        hidden = asker.get(address, roles=["finance"], processes=["time-to-bill"])
        nothing = asker.get(missing, roles=["finance"], processes=["time-to-bill"])
        if "/invoice-to-cash/" in address or "/opportunity-to-project/" in address:
            assert hidden.status_code == 404, "it is of another process"
        if hidden.status_code == 404:
            assert (
                hidden.text.replace("INV-1042", "INV-0000").replace("OPP-1", "OPP-0").replace("ACC-7", "ACC-0")
                == nothing.text
            )


def test_a_scope_of_its_own_process_sees_what_it_should(asker: Asker) -> None:
    found = asker.get("/v1/transactions", roles=["finance"], processes=["invoice-to-cash"]).json()["items"]
    assert {one["process"] for one in found} == {"invoice-to-cash"}
    everything = asker.get("/v1/transactions", roles=["finance"]).json()["items"]
    assert len(found) == sum(one["process"] == "invoice-to-cash" for one in everything) > 0
    journey = asker.get("/v1/entities/invoice/INV-1042/journey", processes=["invoice-to-cash"]).json()
    assert {hop["process"] for hop in journey["items"]} == {"invoice-to-cash"}
    assert {hop["reached_from"] for hop in journey["items"]} == {None}


@pytest.mark.parametrize("address", ADDRESSES)
def test_another_tenant_sees_nothing_of_it(asker: Asker, secrets: re.Pattern[str], address: str) -> None:
    answer = asker.get(address, roles=["finance", "admin"], tenant="other")
    assert answer.status_code in {200, 404}
    asked = ("Acme GmbH", "INV-1042") if answer.status_code == 404 or "client" in address else ()
    text = told_in(answer)
    for word in asked:
        text = text.replace(word, "")
    assert secrets.search(text) is None
    assert "INV-1042" not in text


@pytest.mark.parametrize(
    ("method", "address", "body", "role"),
    [
        (
            "POST",
            "/v1/exceptions/invoice-to-cash/X~failed_step~y~20260101T000000Z/actions",
            {"action": "acknowledge"},
            "operator",
        ),
        ("POST", "/v1/corrections", {"kind": "cut_link"}, "operator"),
        ("POST", "/v1/corrections/5f0c1a52-7d14-4a0e-9a53-0f1b6f1f4c11/take-back", {"why": "x"}, "operator"),
    ],
)
def test_a_change_needs_its_role_before_anything_else(
    asker: Asker, method: str, address: str, body: dict[str, str], role: str
) -> None:
    for roles in ([], ["finance"], ["approver", "admin"]):
        token = asker.issuer.token(story.NOW, roles=roles)
        answer = asker.client.request(method, address, json=body, headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
        assert f"`{role}`" in answer.json()["detail"]


def test_every_address_of_the_api_stands_in_this_matrix(asker: Asker) -> None:
    """A new question must say here who may ask it."""
    paths = asker.client.get("/openapi.json").json()["paths"]
    patterns = {re.sub(r"\{[^}]*\}", "[^?]+", path) for path, item in paths.items() if "get" in item}
    asked = [address.partition("?")[0] for address in ADDRESSES]
    elsewhere = {
        "/healthz",
        "/readyz",
        "/v1/corrections/[^?]+",
        "/v1/reconciliations/[^?]+",
        "/v1/spans/[^?]+/[^?]+/why",
    }
    missing = {pattern for pattern in patterns if not any(re.fullmatch(pattern, one) for one in asked)}
    assert missing == elsewhere - {pattern for pattern in elsewhere if pattern not in patterns}
