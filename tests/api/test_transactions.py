"""Transactions, filtered, sorted and in pages, held to the same questions asked in Python."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from spanledger_api.sorting import Sort
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store
from tests.api.conftest import NOW, Stage, ago, calm, staged_app, verdict

Row = Mapping[str, Any]
SEVERITIES = ["critical", "high", "medium", "low"]
LEGAL_ENTITIES = ["DE01", "US01", "it's", "Zoë & Co", "a,b", ""]
_runs = itertools.count(1)


def _maybe(dice: random.Random, value: Any) -> Any:
    return value if dice.random() < 0.6 else None


def _row(dice: random.Random, number: int) -> dict[str, Any]:
    """A verdict with any combination of values; few distinct times and amounts, so that ties are common."""
    currencies = sorted(dice.sample(["EUR", "JPY", "USD"], dice.randrange(3)))
    amounts = [Decimal(dice.choice(["0", "10", "10.5", "10.500000002", "99999"])) for _ in currencies]
    status = dice.choice(["open", "open", "completed", "failed", "cancelled"])
    make = verdict if status == "open" and dice.random() < 0.5 else calm
    process, kind = dice.choice([("invoice-to-cash", "invoice"), ("time-to-bill", "time_entry")])
    return make(
        f"{dice.choice(['A', 'ä', 'x/y', 'Ω'])}-{number}",
        Process=process,
        RootType=kind,
        Status=status,
        Severity=dice.choice(SEVERITIES),
        Owner=dice.choice(["finance-operations", "erp-team", ""]),
        SlaState=dice.choice(["on_track", "at_risk", "breached", ""]),
        LegalEntity=dice.choice(LEGAL_ENTITIES),
        Currencies=currencies,
        Amounts=amounts,
        OpenAmounts=[amount / 2 for amount in amounts],
        StartedAt=ago(days=dice.randrange(5)),
        LastActivityAt=ago(days=dice.randrange(5), microseconds=dice.randrange(2)),
        ClosedAt=ago(hours=dice.randrange(5)) if status != "open" else None,
        WaitingSince=_maybe(dice, ago(days=dice.randrange(4))),
        DueAt=_maybe(dice, ago(days=dice.randrange(-4, 4))),
        SlaDueAt=_maybe(dice, NOW + timedelta(days=dice.randrange(4))),
    )


@pytest.fixture(scope="module")
def crowd(engine_directory: Any, definitions: Definitions) -> Iterator[tuple[TestClient, list[Row]]]:
    """A hundred and twenty verdicts, and a client of an application over them."""
    name = f"crowd_{next(_runs)}"
    dice = random.Random(20260331)
    rows: list[Row] = [_row(dice, number) for number in range(120)]
    with Store.open(f"chdb://{engine_directory}?database={name}") as store:
        store.migrate()
        stage = Stage(store)
        stage.make_table()
        stage.add(*rows)
        with TestClient(staged_app(stage, definitions), base_url="http://localhost") as client:
            yield client, rows
        store.command(f"DROP DATABASE {name} SYNC")


def pages(client: TestClient, query: list[tuple[str, str]], limit: int) -> list[str]:
    """The keys of every page, in order, following `next`."""
    found: list[str] = []
    answer = client.get("/v1/transactions", params=[*query, ("limit", str(limit))])
    while True:
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= limit
        found += [item["key"] for item in page["items"]]
        if page["next"] is None:
            return found
        assert len(page["items"]) == limit
        answer = client.get(page["next"])


MATCHES: dict[str, Callable[[Row, list[str]], bool]] = {
    "status": lambda row, wanted: row["Status"] in wanted,
    "process": lambda row, wanted: row["Process"] in wanted,
    "entity": lambda row, wanted: row["RootType"] in wanted,
    "severity": lambda row, wanted: row["Severity"] in wanted,
    "owner": lambda row, wanted: row["Owner"] in wanted,
    "sla": lambda row, wanted: row["SlaState"] in wanted,
    "legal_entity": lambda row, wanted: row["LegalEntity"] in wanted,
    "waiting_for": lambda row, wanted: row["WaitingFor"] in wanted,
    "reason": lambda row, wanted: row["WhyKind"] in wanted,
    "stuck": lambda row, wanted: row["Stuck"] == (wanted == ["true"]),
    "currency": lambda row, wanted: wanted[0] in row["Currencies"],
    "started_from": lambda row, wanted: row["StartedAt"] >= _midnight(wanted[0]),
    "started_before": lambda row, wanted: row["StartedAt"] < _midnight(wanted[0]),
    "active_from": lambda row, wanted: row["LastActivityAt"] >= _midnight(wanted[0]),
}


def _midnight(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00:00+00:00")


def amount_of(row: Row, currency: str, column: str = "Amounts") -> Decimal:
    amount: Decimal = row[column][row["Currencies"].index(currency)]
    return amount


def expected(rows: list[Row], filters: dict[str, list[str]], sort: str) -> list[str]:
    """What the question asks, in Python: nulls last, ties by key."""
    found = [row for row in rows if all(MATCHES[name](row, wanted) for name, wanted in filters.items())]
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    found.sort(key=lambda row: row["Key"].encode())

    def value(row: Row) -> Any:
        match name:
            case "key":
                return row["Key"].encode()
            case "severity":
                return -SEVERITIES.index(row["Severity"])
            case "amount":
                return amount_of(row, filters["currency"][0])
            case _:
                return row["".join(part.capitalize() for part in name.split("_"))]

    there = [row for row in found if value(row) is not None]
    there.sort(key=value, reverse=descending)
    # A descending sort in Python reverses no ties, so keys stay ascending within equals.
    return [row["Key"] for row in [*there, *(row for row in found if value(row) is None)]]


DAYS = ["2026-03-30", "2026-04-01", "2026-04-02", "2026-04-03"]
choices: dict[str, st.SearchStrategy[list[str]]] = {
    "status": st.lists(
        st.sampled_from(["open", "completed", "failed", "cancelled"]), min_size=1, max_size=2, unique=True
    ),
    "process": st.lists(st.sampled_from(["invoice-to-cash", "time-to-bill"]), min_size=1, max_size=2, unique=True),
    "entity": st.just(["invoice"]),
    "severity": st.lists(st.sampled_from(SEVERITIES), min_size=1, max_size=3, unique=True),
    "owner": st.just(["erp-team"]),
    "sla": st.lists(st.sampled_from(["on_track", "breached"]), min_size=1, max_size=2, unique=True),
    "legal_entity": st.lists(st.sampled_from(LEGAL_ENTITIES[:-1]), min_size=1, max_size=3, unique=True),
    "waiting_for": st.just(["invoice.posted"]),
    "reason": st.just(["rejected_record"]),
    "stuck": st.sampled_from([["true"], ["false"]]),
    "currency": st.sampled_from([["EUR"], ["USD"]]),
    "started_from": st.sampled_from(DAYS).map(lambda day: [day]),
    "started_before": st.sampled_from(DAYS).map(lambda day: [day]),
    "active_from": st.sampled_from(DAYS).map(lambda day: [day]),
}


@st.composite
def questions(draw: st.DrawFn) -> tuple[dict[str, list[str]], str]:
    """Some filters, and an order that they allow."""
    names = draw(st.lists(st.sampled_from(sorted(choices)), max_size=3, unique=True))
    filters = {name: draw(choices[name]) for name in names}
    sort = draw(st.sampled_from(get_args(Sort)))
    if sort.endswith("amount"):
        filters.setdefault("currency", ["EUR"])
    return filters, sort


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(questions(), st.sampled_from([13, 50, 1000]))
def test_every_question_answers_as_python_does(
    crowd: tuple[TestClient, list[Row]], question: tuple[dict[str, list[str]], str], limit: int
) -> None:
    client, rows = crowd
    filters, sort = question
    query = [(name, value) for name, wanted in filters.items() for value in wanted]
    assert pages(client, [*query, ("sort", sort)], limit) == expected(rows, filters, sort)


@pytest.mark.parametrize("least", ["0", "5", "10", "10.5", "10.500000002", "10.500000003", "100000"])
def test_the_least_amount_is_exact(crowd: tuple[TestClient, list[Row]], least: str) -> None:
    client, rows = crowd
    query = {"currency": "EUR", "min_amount": least}
    euros = [row for row in rows if "EUR" in row["Currencies"]]
    items = client.get("/v1/transactions", params={**query, "limit": 1000}).json()["items"]
    assert {item["key"] for item in items} == {row["Key"] for row in euros if amount_of(row, "EUR") >= Decimal(least)}
    # What is stuck is asked for by the money at stake.
    items = client.get("/v1/stuck", params=query).json()["items"]
    assert {item["key"] for item in items} == {
        row["Key"] for row in euros if row["Stuck"] and amount_of(row, "EUR", "OpenAmounts") >= Decimal(least)
    }


def test_totals_are_over_all_that_match(crowd: tuple[TestClient, list[Row]]) -> None:
    client, rows = crowd
    answer = client.get("/v1/stuck?limit=1&severity=high").json()
    stuck = [row for row in rows if row["Stuck"] and row["Severity"] == "high"]
    sums = {
        currency: sum(amount_of(row, currency, "OpenAmounts") for row in stuck if currency in row["Currencies"])
        for currency in ("EUR", "JPY", "USD")
    }
    assert answer["count"] == len(stuck)
    told = {total["currency"]: Decimal(total["amount"]) for total in answer["totals"]}
    assert {currency: told.get(currency, 0) for currency in sums} == sums


def test_the_default_order_is_the_newest_activity_first(crowd: tuple[TestClient, list[Row]]) -> None:
    client, rows = crowd
    assert pages(client, [], 1000) == expected(rows, {}, "-last_activity_at")


def test_a_cursor_holds_for_its_own_question_only(crowd: tuple[TestClient, list[Row]]) -> None:
    client, _ = crowd
    following = client.get("/v1/transactions?limit=5&sort=key&status=open").json()["next"]
    assert client.get(following.replace("limit=5", "limit=50")).status_code == 200
    for changed in (following.replace("sort=key", "sort=-key"), following.replace("=open", "=failed")):
        answer = client.get(changed)
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")
        assert "same" in answer.json()["detail"]


def test_a_summary_says_what_a_list_needs(crowd: tuple[TestClient, list[Row]]) -> None:
    client, rows = crowd
    closed = next(row for row in rows if row["Status"] == "completed")
    items = client.get("/v1/transactions?status=completed&limit=1000").json()["items"]
    item = next(item for item in items if item["key"] == closed["Key"])
    assert (item["stuck"], item["why"], item["entity"]["id"]) == (False, None, closed["RootId"])
    assert "was completed on" in item["sentence"]
    assert client.get(item["links"]["transaction"]).json()["key"] == closed["Key"]
