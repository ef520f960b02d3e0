"""The declared processes, and what of them is open and stuck."""

from __future__ import annotations

from starlette.testclient import TestClient


def test_each_process_with_what_is_open_and_stuck(reader: TestClient) -> None:
    items = reader.get("/v1/processes").json()["items"]
    assert [(one["process"], one["entity"], one["open"], one["stuck"]) for one in items] == [
        ("invoice-to-cash", "invoice", 2, 1),
        ("opportunity-to-project", "opportunity", 0, 0),
        ("time-to-bill", "time_entry", 1, 1),
    ]


def test_counts_are_those_of_the_clock(reader: TestClient) -> None:
    items = reader.get("/v1/processes?as_of=2026-03-02T10:30:00Z&known=now").json()["items"]
    assert [(one["process"], one["open"]) for one in items] == [
        ("invoice-to-cash", 0),
        ("opportunity-to-project", 1),
        ("time-to-bill", 0),
    ]


def test_one_process_in_full(reader: TestClient) -> None:
    process = reader.get("/v1/processes/invoice-to-cash").json()
    assert (process["title"], process["versions"], process["impact"]) == ("Invoice to cash", [1], "revenue")
    assert process["owners"] == ["finance-systems", "erp-team", "collections", "finance-operations"]
    posted = next(step for step in process["milestones"] if step["step"] == "invoice.posted")
    assert (posted["within"]["text"], posted["of"], posted["grace"]["text"]) == ("4 h", "invoice.generated", "15 min")
    synced = next(step for step in process["milestones"] if step["step"] == "invoice.synced_to_crm")
    assert synced["required_when"] == {"account.in_crm": "true"}
    assert "process: invoice-to-cash" in process["definition"]
    assert reader.get("/v1/processes/invoice-to-cash?version=1").json() == process


def test_before_any_version_was_in_force_the_newest_is_shown(reader: TestClient) -> None:
    assert reader.get("/v1/processes?as_of=2019-01-01").json()["items"] == []
    assert reader.get("/v1/processes/invoice-to-cash?as_of=2019-01-01").json()["version"] == 1
