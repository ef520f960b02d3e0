"""Key figures against Python, which adds them up from the transactions' own pages and from the lists."""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import Any

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from spanledger_api.kpis.catalogue import KPIS
from tests.api.test_problems import refused

Page = dict[str, Any]


@pytest.fixture(scope="module")
def pages(reader: TestClient) -> list[Page]:
    """The page of every transaction of the story."""
    items = reader.get("/v1/transactions?limit=1000").json()["items"]
    return [reader.get(one["links"]["transaction"]).json() for one in items]


def figures(reader: TestClient, kpi: str, more: str = "") -> list[Page]:
    """What the API says of one figure."""
    answer = reader.get(f"/v1/kpis?kpi={kpi}&months=60{more}")
    assert answer.status_code == 200, answer.text
    found: list[Page] = answer.json()["items"]
    return found


def at(page: Page, step: str, what: str = "first_success") -> str | None:
    """A moment of a step of a transaction."""
    return next((one[what] for one in page["steps"] if one["step"] == step), None)


def hours(begin: str, end: str) -> float:
    """The time between two moments."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds() / 3600


def of(process: str, **wanted: Any) -> Callable[[Page], bool]:
    """Whether a page is of a process, with these values."""
    return lambda page: page["process"] == process and all(page[name] == value for name, value in wanted.items())


MONEY: dict[str, tuple[Callable[[Page], bool], Callable[[Page], str | None], str]] = {
    "billed": (of("invoice-to-cash"), lambda page: at(page, "invoice.posted"), "amount"),
    "uncollected": (of("invoice-to-cash", status="open"), lambda page: at(page, "invoice.posted"), "open"),
    "collected": (of("invoice-to-cash"), lambda page: at(page, "payment.received", "last_success"), "cash"),
    "revenue_waiting": (
        lambda page: page["stuck"] and page["impact"] == "revenue",
        lambda page: page["waiting_since"],
        "open",
    ),
    "unbilled_approved_time": (
        lambda page: of("time-to-bill", status="open")(page) and at(page, "invoice.generated") is None,
        lambda page: at(page, "time_entry.approved"),
        "amount",
    ),
}


@pytest.mark.parametrize("kpi", MONEY)
def test_money_by_month_and_currency(reader: TestClient, pages: list[Page], kpi: str) -> None:
    counts, when, part = MONEY[kpi]
    expected: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    numbers: Counter[tuple[str, str]] = Counter()
    for page in filter(counts, pages):
        moment = when(page)
        for held in page["amounts"] if moment else []:
            expected[str(moment)[:7], held["currency"]] += Decimal(held[part])
            numbers[str(moment)[:7], held["currency"]] += 1
    found = {(one["month"], one["currency"]): Decimal(one["amount"]) for one in figures(reader, kpi)}
    assert found == {key: amount for key, amount in expected.items() if amount}
    assert {(one["month"], one["currency"]): one["count"] for one in figures(reader, kpi)} == {
        key: numbers[key] for key in found
    }
    by_entity: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in figures(reader, kpi, "&by=legal_entity&by=project"):
        by_entity[one["month"], one["currency"]] += Decimal(one["amount"])
    assert by_entity == found
    assert {one["currency"] for one in figures(reader, kpi, "&currency=EUR")} <= {"EUR"}


def test_some_money_is_there_to_be_added_up(reader: TestClient) -> None:
    assert all(figures(reader, kpi) for kpi in ("billed", "collected", "revenue_waiting"))


TIMES: dict[str, tuple[Callable[[Page], bool], Callable[[Page], tuple[str | None, str | None]]]] = {
    "throughput_time": (
        lambda page: page["status"] == "completed",
        lambda page: (page["started_at"], page["closed_at"]),
    ),
    "approved_time_to_invoice": (
        of("time-to-bill"),
        lambda page: (at(page, "time_entry.approved"), at(page, "invoice.generated")),
    ),
    "billing_latency": (
        of("time-to-bill"),
        lambda page: (at(page, "time_entry.submitted"), at(page, "invoice.generated")),
    ),
    "project_setup_time": (
        of("opportunity-to-project"),
        lambda page: (at(page, "opportunity.won"), at(page, "project.activated")),
    ),
    "invoice_cycle_time": (
        of("invoice-to-cash", status="completed"),
        lambda page: (page["started_at"], at(page, "payment.received", "last_success")),
    ),
}


@pytest.mark.parametrize("kpi", TIMES)
def test_how_long_things_take(reader: TestClient, pages: list[Page], kpi: str) -> None:
    counts, span = TIMES[kpi]
    lengths: dict[str, list[float]] = defaultdict(list)
    for page in filter(counts, pages):
        begin, end = span(page)
        if begin and end:
            lengths[end[:7]].append(hours(begin, end))
    found = {one["month"]: (one["value"], one["count"]) for one in figures(reader, kpi)}
    assert found == {month: (pytest.approx(median(of_it), abs=1e-3), len(of_it)) for month, of_it in lengths.items()}
    assert found


def test_shares(reader: TestClient, pages: list[Page]) -> None:
    ended = [page for page in pages if page["status"] == "completed"]
    right = [all(step["last_failure"] is None for step in page["steps"]) for page in ended]
    (figure,) = figures(reader, "first_time_right_rate")
    assert (figure["value"], figure["count"]) == (pytest.approx(sum(right) / len(right), abs=1e-4), len(right))
    whole = [page["sla"]["state"] in {None, "met"} and not page["exceptions"] for page in ended]
    (figure,) = figures(reader, "on_time_in_full_rate")
    assert figure["value"] == pytest.approx(sum(whole) / len(whole), abs=1e-4)
    invoices = [page for page in pages if page["process"] == "invoice-to-cash"]
    wrong = [
        any(step["last_failure"] for step in page["steps"] if step["step"] in {"invoice.generated", "invoice.posted"})
        for page in invoices
    ]
    (figure,) = figures(reader, "billing_error_rate")
    assert figure["value"] == pytest.approx(sum(wrong) / len(wrong), abs=1e-4)
    attained = {one["month"]: one["attainment"] for one in reader.get("/v1/sla?by=month").json()["items"]}
    assert {one["month"]: one["value"] for one in figures(reader, "on_time_rate")} == {
        month: share for month, share in attained.items() if share is not None and month <= "2026-03"
    }


def test_problems_by_how_long_they_stand(reader: TestClient) -> None:
    for kpi, state in (("exception_resolution_time", "resolved"), ("exception_age", "open")):
        lengths: dict[str, list[float]] = defaultdict(list)
        for one in reader.get(f"/v1/exceptions?state={state}&limit=1000").json()["items"]:
            lengths[(one["until"] or one["since"])[:7]].append(one["stood"]["seconds"] / 3600)
        found = {one["month"]: one["value"] for one in figures(reader, kpi)}
        assert found == {month: pytest.approx(median(of_it), abs=1e-3) for month, of_it in lengths.items()}


def test_the_month_before_stands_beside(reader: TestClient) -> None:
    later = reader.get("/v1/kpis?kpi=billed&months=2&as_of=2026-04-15").json()["items"]
    assert [(one["month"], one["previous"]) for one in later] == [("2026-03", None)]
    answer = reader.get("/v1/kpis?months=1&as_of=2026-04-15").json()
    assert {one["kpi"] for one in answer["definitions"]} == {kpi.name for kpi in KPIS}
    assert {one["month"] for one in answer["items"]} <= {"2026-04"}


def test_what_there_is_not_is_told(reader: TestClient) -> None:
    assert "`billed`" in refused(reader, "/v1/kpis?kpi=biled")["hint"]
    assert refused(reader, "/v1/kpis?by=weather")["code"] == "unknown_value"
    notes = reader.get("/v1/kpis?kpi=exception_age&kpi=billed&reason=failed_step").json()["notes"]
    assert notes == ["`exception_age` is left out: it cannot be filtered by reason."]
    assert reader.get("/v1/kpis?format=csv&by=owner").text.splitlines()[0].startswith("kpi,month,group,unit,value")


def test_in_a_workbook_money_is_a_number(reader: TestClient) -> None:
    content = reader.get("/v1/kpis?kpi=billed&format=xlsx").content
    head, *rows = load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    amounts = [row[head.index("amount")] for row in rows]
    assert [Decimal(str(amount)) for amount in amounts] == [Decimal(one["amount"]) for one in figures(reader, "billed")]
    assert all(isinstance(amount, int | float) for amount in amounts)
    assert amounts
