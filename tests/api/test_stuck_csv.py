"""The stuck list as CSV."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from starlette.testclient import TestClient

from spanledger_api import answering
from spanledger_api.stuck_item import CSV_COLUMNS
from tests.api.conftest import Stage, verdict


def lines(client: TestClient, query: str = "") -> list[dict[str, str]]:
    """The lines of the stuck list's CSV."""
    answer = client.get(f"/v1/stuck?format=csv{query}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_a_line_holds_what_an_item_holds(client: TestClient, stage: Stage) -> None:
    stage.add(verdict("INV-1042"))
    assert lines(client) == [
        {
            "key": "invoice-to-cash/INV-1042",
            "process": "invoice-to-cash",
            "entity_type": "invoice",
            "entity_id": "INV-1042",
            "client": "Acme GmbH",
            "currency": "EUR",
            "amount": "48200.00",
            "amount_whole": "48200.00",
            "cash": "0.00",
            "credit": "0.00",
            "write_off": "0.00",
            "overpaid": "0.00",
            "reporting_amount": "",
            "waiting_for": "invoice.posted",
            "waiting_since": "2026-03-31T08:00:00.000000Z",
            "waited_seconds": "273600",
            "waited": "3 d 4 h",
            "why_kind": "rejected_record",
            "why_error_kind": "closed_period",
            "why_code": "PERIOD_CLOSED",
            "why_message": "period closed",
            "why_system": "netsuite",
            "attempts": "2",
            "owner": "finance-operations",
            "severity": "medium",
            "severity_rule": "medium: {stuck: true}",
            "impact": "revenue",
            "sla_state": "on_track",
            "sla_due_at": "2026-05-05T12:00:00.000000Z",
            "sla_used_percent": "9.0",
            "due_at": "2026-03-31T12:00:00.000000Z",
            "legal_entity": "DE01",
            "region": "emea",
            "sentence": "INV-1042 (EUR 48,200.00, Acme GmbH) has waited 3 d 4 h for *invoice posted*: NetSuite refused "
            'it twice with "period closed". Owner: finance-operations.',
        }
    ]


def test_a_line_per_currency_so_that_columns_can_be_summed(client: TestClient, stage: Stage) -> None:
    both = {"Currencies": ["EUR", "USD"], "Amounts": [Decimal(10), Decimal(500)]}
    stage.add(verdict("both", **both, OpenAmounts=[Decimal(9), Decimal("400.125")]))
    stage.add(verdict("none", Currencies=[], Amounts=[], OpenAmounts=[]))
    assert [(line["entity_id"], line["currency"], line["amount"], line["amount_whole"]) for line in lines(client)] == [
        ("both", "EUR", "9.00", "10.00"),
        ("both", "USD", "400.125", "500.00"),
        ("none", "", "", ""),
    ]
    assert [(line["currency"], line["amount"]) for line in lines(client, "&currency=USD")] == [("USD", "400.125")]


def test_text_from_other_systems_does_nothing_in_a_spreadsheet(client: TestClient, stage: Stage) -> None:
    formula = '=HYPERLINK("http://evil","x")'
    stage.add(verdict("-1+1", WhyMessage=formula, ClientName="@SUM(A1)", LegalEntity="+49"))
    line = lines(client)[0]
    assert (line["entity_id"], line["why_message"], line["client"], line["legal_entity"]) == (
        "'-1+1",
        f"'{formula}",
        "'@SUM(A1)",
        "'+49",
    )


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/csv", "text/csv"),
        ("text/*", "text/csv"),
        ("text/csv, application/json;q=0.5", "text/csv"),
        ("application/json, text/csv", "application/json"),
        ("application/json;q=0.4, text/csv;q=0.5", "text/csv"),
        ("*/*", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("", "application/json"),
        ("application/json;q=0, */*", "text/csv"),
        ("TEXT/CSV; Charset=utf-8", "text/csv"),
    ],
)
def test_the_accept_header_decides(reader: TestClient, accept: str, expected: str) -> None:
    assert reader.get("/v1/stuck", headers={"accept": accept}).headers["content-type"].startswith(expected)


@pytest.mark.parametrize("accept", ["application/xml", "text/csv;q=0", "image/*", "application/json;q=zero"])
def test_a_format_that_is_not_offered_is_406(reader: TestClient, accept: str) -> None:
    answer = reader.get("/v1/stuck", headers={"accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
    assert reader.get("/v1/stuck?format=json", headers={"accept": accept}).status_code == 200


def test_the_file_has_a_name_a_charset_and_a_header(reader: TestClient) -> None:
    answer = reader.get("/v1/stuck?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="stuck.csv"'
    assert answer.text.splitlines()[0] == ",".join(CSV_COLUMNS)


def test_a_file_holds_all_that_match_or_says_that_it_cannot(
    client: TestClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.add(*(verdict(f"INV-{number}") for number in range(150)))
    assert len(lines(client)) == 150
    assert len(lines(client, "&limit=20")) == 20
    monkeypatch.setattr(answering, "LONGEST_FILE", 149)
    answer = client.get("/v1/stuck?format=csv")
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_rows")
    assert "Narrow" in answer.json()["hint"]
