"""What every list can do: files of four formats, chosen fields, words, totals, entity tags."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from spanledger_api.lists.flat import columns_of, lines_of
from spanledger_api.lists.listing import Cell
from spanledger_api.lists.xlsx_file import workbook
from spanledger_api.verdict import Summary
from tests.api.conftest import NOW, Stage, calm, verdict
from tests.api.test_problems import refused

LISTS = ["/v1/stuck", "/v1/transactions", "/v1/exceptions", "/v1/invoices/stuck"]


def sheet(client: TestClient, address: str) -> list[tuple[Any, ...]]:
    """The rows of a list's workbook, its heading first."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    book = load_workbook(io.BytesIO(answer.content))
    return [tuple(cell.value for cell in row) for row in book.worksheets[0].iter_rows()]


@pytest.mark.parametrize("address", LISTS)
def test_four_formats_hold_the_same(reader: TestClient, address: str) -> None:
    page = reader.get(f"{address}?limit=500").json()["items"]
    assert page
    told = [json.loads(line) for line in reader.get(f"{address}?format=ndjson").text.splitlines()]
    assert told == page
    lines = list(csv.reader(io.StringIO(reader.get(f"{address}?format=csv").text, newline="")))
    rows = sheet(reader, f"{address}?format=xlsx")
    assert tuple(lines[0]) == rows[0]
    assert len(lines) == len(rows) > len(page)
    by_name = dict(zip(rows[0], rows[1], strict=True))
    assert by_name["severity"] == page[0]["severity"]
    assert isinstance(by_name["amount"], int | float | None)


@pytest.mark.parametrize("address", LISTS)
def test_a_file_has_a_name_and_the_header_chooses_too(reader: TestClient, address: str) -> None:
    for media, ending in (("text/csv", "csv"), ("application/x-ndjson", "ndjson")):
        answer = reader.get(address, headers={"Accept": f"{media}, application/json;q=0.5"})
        assert answer.headers["content-type"].startswith(media)
        assert answer.headers["content-disposition"].endswith(f'.{ending}"')
    assert refused(reader, address, 406, headers={"Accept": "image/png"})["code"] == "not_acceptable"


def test_chosen_fields_come_in_the_order_asked(reader: TestClient) -> None:
    found = reader.get("/v1/stuck?fields=owner,key").json()
    assert [set(one) for one in found["items"]] == [{"owner", "key"}] * len(found["items"])
    assert found["totals"]
    assert reader.get("/v1/stuck?format=csv&fields=owner,%20amount").text.splitlines()[0] == "owner,amount"
    assert sheet(reader, "/v1/transactions?format=xlsx&fields=key,status")[0] == ("key", "status")
    unknown = refused(reader, "/v1/stuck?fields=ownr")
    assert unknown["code"] == "unknown_value"
    assert "`owner`" in unknown["hint"]


def test_words_are_sought_in_ids_and_names_in_any_case(client: TestClient, stage: Stage) -> None:
    stage.add(
        verdict("INV-1", ClientName="Käse & Söhne"),
        verdict("INV-2", ClientName="Acme GmbH", Related=[("project", "PRJ-77")]),
        verdict("INV-3", ClientName="Acme GmbH"),
    )

    def found(words: str) -> set[str]:
        items = client.get("/v1/stuck", params={"q": words}).json()["items"]
        return {one["entity"]["id"] for one in items}

    assert found("KÄSE") == {"INV-1"}
    assert found("acme") == {"INV-2", "INV-3"}
    assert found("acme prj-77") == {"INV-2"}
    assert found("inv-3 acme") == {"INV-3"}
    assert found("acme käse") == set()
    assert found("%") == set()


def test_transactions_are_counted_and_added_up_when_asked(client: TestClient, stage: Stage) -> None:
    stage.add(
        *(verdict(f"INV-{n}", Amounts=[Decimal(n)], OpenAmounts=[Decimal(1)]) for n in range(1, 6)),
        calm("INV-9", Currencies=["USD"], Amounts=[Decimal("0.10")], OpenAmounts=[Decimal(0)]),
    )
    plain = client.get("/v1/transactions?limit=2").json()
    assert (plain["count"], plain["totals"]) == (None, [])
    asked = client.get("/v1/transactions?limit=2&totals=true").json()
    assert asked["count"] == 6
    assert asked["totals"] == [
        {"currency": "EUR", "amount": "15.00", "entities": 5},
        {"currency": "USD", "amount": "0.10", "entities": 1},
    ]
    behind = client.get(asked["next"]).json()
    assert (behind["count"], behind["totals"]) == (6, asked["totals"]), "totals are over all pages"


def test_an_answer_that_has_not_changed_is_not_sent_again(reader: TestClient) -> None:
    address = "/v1/stuck?as_of=2026-03-22"
    first = reader.get(address)
    again = reader.get(address, headers={"If-None-Match": f'W/{first.headers["etag"]}, "other"'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert reader.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    assert reader.get("/v1/stuck?as_of=2026-03-10").headers["etag"] != first.headers["etag"]


def test_a_workbook_rounds_nothing_and_runs_nothing() -> None:
    row: dict[str, Cell] = {
        "formula": "=1+1",
        "link": "https://example.com",
        "small": Decimal("48200.05"),
        "large": Decimal("12345678901234567.89"),
        "when": datetime(2026, 3, 31, 8, 30, tzinfo=UTC),
        "before_1900": datetime(1848, 1, 1, tzinfo=UTC),
        "none": None,
        "long": "x" * 40_000,
    }
    book = load_workbook(
        io.BytesIO(workbook(list(row), [row], "a name that is far longer than thirty-one", {"As of": "=2"}))
    )
    cells = dict(zip(row, book.worksheets[0][2], strict=True))
    assert (cells["formula"].value, cells["formula"].data_type) == ("=1+1", "s")
    assert cells["link"].hyperlink is None
    assert Decimal(str(cells["small"].value)) == row["small"]
    assert cells["large"].value == "12345678901234567.89"
    assert cells["when"].value == datetime(2026, 3, 31, 8, 30)  # noqa: DTZ001 - a spreadsheet's times have no zone
    assert cells["before_1900"].value == "1848-01-01 00:00:00"
    assert cells["none"].value is None
    assert len(str(cells["long"].value)) == 32_767
    assert book.worksheets[1]["B1"].value == "=2"
    assert book.worksheets[1]["B1"].data_type == "s"


def test_a_workbook_says_what_it_is_about(client: TestClient, stage: Stage) -> None:
    stage.add(verdict("INV-1"))
    book = load_workbook(io.BytesIO(client.get("/v1/stuck?format=xlsx&entity=invoice").content))
    told = {row[0].value: row[1].value for row in book.worksheets[1].iter_rows()}
    assert told["Total EUR"] == "48200.00 (1 entities)"
    assert told["As of"] == f"{NOW:%Y-%m-%dT%H:%M:%S.%fZ}"
    assert "invoice" in str(told["Asked: entity"])


def test_an_item_becomes_a_line_for_each_currency() -> None:
    columns = columns_of(Summary)
    assert {"entity_type", "entity_id", "waited", "waited_seconds", "why_code", "sla_state", "currency", "open"} <= set(
        columns
    )
    assert not {"links", "entity_link", "amounts"} & set(columns)
    item = json.loads(
        """{"key": "p/1", "process": "p", "definition_version": 1, "entity": {"type": "t", "id": "1", "link": "/"},
        "client": null, "status": "open", "stuck": false, "sentence": "s", "waiting_for": null, "waiting_since": null,
        "waited": null, "due_at": null, "paused_since": null, "why": null, "owner": null, "severity": "low",
        "severity_rule": null, "impact": "revenue", "sla": {"state": null, "due_at": null, "used_percent": 12.5,
        "tier": null}, "amounts": [], "other_currency": [{"currency": "USD", "amount": "1.00"}], "rate_missing": ["A", "B"],
        "legal_entity": null, "region": null, "started_at": "2026-01-01T00:00:00Z",
        "last_activity_at": "2026-01-01T00:00:00Z", "closed_at": null,
        "links": {"transaction": "/", "spans": "/", "journey": "/"}}"""
    )
    (bare,) = lines_of(Summary.model_validate(item))
    assert tuple(bare) == tuple(dict.fromkeys([*bare, *columns]))
    assert set(bare) == set(columns)
    assert (bare["sla_used_percent"], bare["other_currency"], bare["rate_missing"]) == (
        Decimal("12.5"),
        "USD 1.00",
        "A; B",
    )
    money = {
        "amount": "2.00",
        "open": "1.00",
        "cash": "1.00",
        "credit": "0.00",
        "write_off": "0.00",
        "overpaid": "0.00",
    }
    item["amounts"] = [{"currency": currency, **money} for currency in ("EUR", "USD")]
    found = list(lines_of(Summary.model_validate(item)))
    assert [(line["currency"], line["open"]) for line in found] == [("EUR", Decimal("1.00")), ("USD", Decimal("1.00"))]
    assert all(set(line) == set(columns) for line in found)
