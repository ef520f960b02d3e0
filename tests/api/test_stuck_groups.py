"""What is stuck in groups: the same numbers as the list's, added up by Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.api.conftest import Stage, ago, calm, verdict
from tests.api.test_problems import refused

OWNERS = ["finance-operations", "integration-team"]
ROW = st.fixed_dictionaries(
    {
        "Owner": st.sampled_from([*OWNERS, ""]),
        "WhyKind": st.sampled_from(["failed_step", "overdue_step"]),
        "Severity": st.sampled_from(["critical", "low"]),
        "LegalEntity": st.sampled_from(["DE01", "US01"]),
        "root": st.sampled_from(["INV-1", "INV-2", "INV-3"]),
        "Currencies": st.sampled_from([["EUR"], ["USD"], ["EUR", "USD"]]),
        "hours": st.sampled_from([1, 23, 25, 80, 3000]),
        "amount": st.integers(0, 10**6),
    }
)
WORDS = {
    "owner": "Owner",
    "reason": "WhyKind",
    "severity": "Severity",
    "legal_entity": "LegalEntity",
}


@given(
    rows=st.lists(ROW, max_size=12), by=st.lists(st.sampled_from(sorted(WORDS)), min_size=1, max_size=3, unique=True)
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_groups_hold_what_python_adds_up(
    client: TestClient, stage: Stage, rows: list[dict[str, Any]], by: list[str]
) -> None:
    stage.store.command("TRUNCATE TABLE verdict_rows")
    stated = []
    for number, row in enumerate(rows):
        money = [Decimal(row["amount"])] * len(row["Currencies"])
        shown = {name: row[name] for name in ("Owner", "WhyKind", "Severity", "LegalEntity", "Currencies")}
        stated.append(
            verdict(
                row["root"],
                **shown,
                Key=f"p/{number}",
                Amounts=money,
                OpenAmounts=money,
                WaitingSince=ago(hours=row["hours"]),
            )
        )
    stage.add(calm("INV-9"), *stated)
    answer = client.get("/v1/stuck/groups", params={"by": by}).json()
    counts: Counter[tuple[str, ...]] = Counter()
    money_of: dict[tuple[tuple[str, ...], str], dict[str, Decimal]] = defaultdict(dict)
    oldest: dict[tuple[str, ...], int] = {}
    for row in rows:
        group = tuple(row[WORDS[name]] for name in by)
        counts[group] += 1
        oldest[group] = max(oldest.get(group, 0), row["hours"])
        for currency in row["Currencies"]:
            held = money_of[group, currency]
            held[row["root"]] = max(held.get(row["root"], Decimal(0)), Decimal(row["amount"]))
    told = {tuple(one["group"][name] or "" for name in by): one for one in answer["items"]}
    assert {group: one["count"] for group, one in told.items()} == counts
    assert answer["count"] == len(rows)
    for group, one in told.items():
        assert {total["currency"]: Decimal(total["amount"]) for total in one["totals"]} == {
            currency: sum(held.values(), Decimal(0))
            for (of, currency), held in money_of.items()
            if of == group and any(held.values())
        }
        assert one["waiting_longest"]["seconds"] == oldest[group] * 3600
        assert sum(one["by_severity"].values()) == one["count"]
    assert [one["count"] for one in answer["items"]] == sorted(counts.values(), reverse=True)


def test_groups_by_age_and_by_client(client: TestClient, stage: Stage) -> None:
    stage.add(
        verdict("INV-1", WaitingSince=ago(hours=3)),
        verdict("INV-2", WaitingSince=ago(days=8), ClientName=""),
        verdict("INV-3", WaitingSince=ago(days=400)),
    )
    ages = client.get("/v1/stuck/groups?by=age").json()["items"]
    assert {one["group"]["age"] for one in ages} == {"under 1 day", "from 7 days", "from 90 days"}
    clients = client.get("/v1/stuck/groups?by=client&by=age").json()["items"]
    assert {one["group"]["client"] for one in clients} == {None, "Acme GmbH"}
    assert refused(client, "/v1/stuck/groups?by=weather")["code"] == "unknown_value"


def test_with_a_currency_the_most_money_comes_first(client: TestClient, stage: Stage) -> None:
    stage.add(
        *(verdict(f"INV-{n}", Owner=OWNERS[0], OpenAmounts=[Decimal(1)]) for n in range(3)),
        verdict("INV-9", Owner=OWNERS[1], OpenAmounts=[Decimal(500)]),
    )
    answer = client.get("/v1/stuck/groups?by=owner&currency=EUR").json()
    assert [one["group"]["owner"] for one in answer["items"]] == [OWNERS[1], OWNERS[0]]
    lines = client.get("/v1/stuck/groups?by=owner&format=csv").text.splitlines()
    assert lines[0].startswith("owner,count,critical,high,medium,low,currency,amount")
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("plural", "count"), [("invoices", 1), ("opportunities", 0), ("time_entrys", None), ("time_entries", 0)]
)
def test_the_stuck_list_of_one_type(client: TestClient, stage: Stage, plural: str, count: int | None) -> None:
    stage.add(verdict("INV-1"))
    answer = client.get(f"/v1/{plural}/stuck")
    if count is None:
        assert answer.status_code == 404
    else:
        assert answer.json()["count"] == count


def test_a_type_that_no_process_is_about_is_told_with_the_nearest(client: TestClient) -> None:
    problem = refused(client, "/v1/invoice/stuck", 404)
    assert "`invoices`" in problem["hint"]
