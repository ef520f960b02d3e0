"""Every dashboard: its JSON, and every query of it, run through the SQL interface as Grafana's data source sends it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from spanledger_api import create_app
from spanledger_correlator.definition.model import Definitions
from spanledger_dashboards import files
from spanledger_dashboards.building.catalogue import built
from spanledger_store import Store
from tests.api.clickhouse.conftest import Door, tokens
from tests.correlator.span_rows import EPOCH
from tests.dashboards.macros import in_back, in_front

ROOT = Path(__file__).parents[2]
DASHBOARDS: dict[str, Any] = {name: json.loads(text) for name, text in files.dashboards().items()}
QUERIES = [
    pytest.param(panel["title"], target["rawSql"], target["format"], id=f"{name}: {panel['title']}")
    for name, dashboard in DASHBOARDS.items()
    for panel in dashboard["panels"]
    for target in panel["targets"]
]
VARIABLES = {
    variable["name"]: variable["query"]["rawSql"]
    for dashboard in DASHBOARDS.values()
    for variable in dashboard["templating"]["list"]
    if variable["type"] == "query"
}
RANGES = {
    "5 minutes": (EPOCH, EPOCH + timedelta(minutes=5)),
    "1 day": (EPOCH, EPOCH + timedelta(days=1)),
    "90 days": (EPOCH - timedelta(days=1), EPOCH + timedelta(days=89)),
    "nothing": (datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC)),
}
NUMBERS = re.compile(r"(Nullable\()?(U?Int\d+|Float\d+|Decimal)")


def asked(door: Door, sql: str, begins: datetime, ends: datetime, **chosen: Sequence[str] | None) -> dict[str, Any]:
    """A query's answer, with its columns' types."""
    every = dict.fromkeys(VARIABLES) | chosen
    text = in_back(in_front(sql, every), begins, ends, round((ends - begins).total_seconds() / 1000))
    answer = door.ask(text, default_format="JSON", output_format_json_quote_decimals="1")
    assert answer.status_code == 200, f"{answer.text}\n{text}"
    found: dict[str, Any] = answer.json()
    return found


def test_the_committed_ones_are_those_that_are_made() -> None:
    assert files.committed() == built(), "run `make dashboards`"


@pytest.mark.parametrize("name", DASHBOARDS)
def test_its_parts_fit_together(name: str) -> None:
    dashboard = DASHBOARDS[name]
    assert dashboard["uid"] == f"spanledger-{name.removesuffix('.json')}"
    panels = dashboard["panels"]
    assert [panel["id"] for panel in panels] == list(range(1, len(panels) + 1))
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        assert panel["title"].endswith("?")
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["noValue"] == "nothing"
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells
        for target in panel["targets"]:
            assert target["datasource"]["uid"] == panel["datasource"]["uid"] == "${datasource}"
    known = {variable["name"] for variable in dashboard["templating"]["list"]}
    text = json.dumps(dashboard)
    assert set(re.findall(r"\$\{(\w+)[:}]", text)) - {"__data", "__value"} <= known
    assert set(re.findall(r"/d/([\w-]+)", text)) <= {other["uid"] for other in DASHBOARDS.values()}


@pytest.mark.parametrize("span", RANGES)
@pytest.mark.parametrize(("title", "sql", "shape"), QUERIES)
def test_a_query_gives_what_its_panel_needs(door: Door, title: str, sql: str, shape: int, span: str) -> None:
    found = asked(door, sql, *RANGES[span])
    assert len(found["data"]) <= 2000
    if shape == 0:
        first, *others = found["meta"]
        assert first["name"] == "time"
        assert first["type"].startswith("DateTime")
        times = [row["time"] for row in found["data"]]
        assert times == sorted(times)
        numeric = [one for one in others if NUMBERS.match(one["type"])]
        assert numeric
        assert all(one in numeric or "String" in one["type"] for one in others)
    if span == "nothing" and "$__timeFilter" in sql:
        assert found["data"] == []


@pytest.mark.parametrize(("title", "sql", "shape"), QUERIES)
def test_it_shows_something_of_a_firm_and_less_if_less_is_chosen(door: Door, title: str, sql: str, shape: int) -> None:
    begins, ends = RANGES["90 days"][0], datetime.now(UTC) + timedelta(days=1)
    everything = asked(door, sql, begins, ends)["data"]
    if "1 DAY" not in sql and "at_risk" not in sql:
        assert everything
    chosen = [name for name in VARIABLES if f"${{{name}:singlequote}}" in sql]
    assert chosen
    for name in chosen:
        assert asked(door, sql, begins, ends, **{name: ["nobody's"]})["data"] == []


@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_has_values(door: Door, name: str) -> None:
    rows = door.rows(VARIABLES[name])
    assert rows
    assert all(len(row) == 1 for row in rows)


@pytest.fixture(scope="module")
def api(firm: Store, firm_definitions: Definitions) -> Iterator[TestClient]:
    with TestClient(create_app(firm, firm_definitions, access=tokens()), base_url="http://localhost") as client:
        client.headers["Authorization"] = "Bearer acme-token"
        yield client


def test_money_waiting_adds_up_as_the_api_does(door: Door, api: TestClient) -> None:
    (panel,) = [one for one in DASHBOARDS["money-waiting.json"]["panels"] if one["title"].startswith("How much money")]
    for owner in (None, "finance-operations"):
        stuck = api.get("/v1/stuck", params={"owner": owner} if owner else {}).json()
        rows = asked(door, panel["targets"][0]["rawSql"], EPOCH, EPOCH, owner=[owner] if owner else None)["data"]
        found = {row["Currency"]: (Decimal(str(row["Stuck"])), int(row["Entities"])) for row in rows}
        assert found == {one["currency"]: (Decimal(one["amount"]), one["entities"]) for one in stuck["totals"]}
        assert found


def test_the_funnel_counts_what_has_happened(door: Door, api: TestClient) -> None:
    """A transaction that is settled holds for it steps that were never taken."""
    (panel,) = [one for one in DASHBOARDS["flows.json"]["panels"] if one["title"].startswith("How far")]
    ends = datetime.now(UTC) + timedelta(days=1)
    rows = asked(door, panel["targets"][0]["rawSql"], EPOCH - timedelta(days=400), ends, process=["invoice-to-cash"])
    did: Counter[str] = Counter()
    to_come: Counter[str] = Counter()
    for item in api.get("/v1/transactions", params={"process": "invoice-to-cash", "limit": 1000}).json()["items"]:
        page = api.get(f"/v1/transactions/{item['key']}").json()
        did.update(step["step"] for step in page["steps"] if step["first_success"] and step["state"] == "done")
        if page["status"] == "open":
            to_come.update(step["step"] for step in page["steps"] if step["required"] and step["state"] != "done")
    assert did
    assert to_come
    assert {row["Step"]: int(row["Did it"]) for row in rows["data"] if int(row["Did it"])} == did
    assert {row["Step"]: int(row["Still to come"]) for row in rows["data"] if int(row["Still to come"])} == to_come


RULES = {rule["uid"].removeprefix("spanledger-"): rule for rule in files.alert_rules()}


@pytest.mark.parametrize("name", RULES)
def test_an_alert_asks_for_one_number_and_has_a_runbook(door: Door, name: str) -> None:
    rule = RULES[name]
    query, threshold = (one["model"] for one in rule["data"])
    assert not re.search(r"\$\{|\$__", query["rawSql"])
    answer = door.ask(query["rawSql"], default_format="JSON")
    assert answer.status_code == 200, answer.text
    kinds = [bool(NUMBERS.match(column["type"])) for column in answer.json()["meta"]]
    assert sum(kinds) == 1
    assert threshold["expression"] == query["refId"] == "A"
    assert (rule["condition"], rule["noDataState"]) == ("B", "OK")
    labels = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    assert labels == {column["name"] for column, number in zip(answer.json()["meta"], kinds, strict=True) if not number}
    page = (ROOT / rule["annotations"]["runbook"]).read_text(encoding="utf-8")
    assert page.startswith(f"# {rule['title']}\n")
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == ["Look", "Do", "If it should not have fired"]
    for link in re.findall(r"\]\((?!http)([^)]+)\)", page):
        assert (ROOT / "docs" / "runbooks" / link).exists()


def test_what_fires_is_what_the_api_says(door: Door, api: TestClient) -> None:
    stuck = api.get("/v1/stuck").json()
    rows = door.rows(RULES["money-stuck"]["data"][0]["model"]["rawSql"])
    assert {row["Currency"]: round(Decimal(row["stuck"]), 2) for row in rows} == {
        one["currency"]: Decimal(one["amount"]) for one in stuck["totals"]
    }
    grave = {one["owner"] for one in stuck["items"] if one["severity"] in {"critical", "high"}}
    assert {row["Owner"] for row in door.rows(RULES["stuck-for-long"]["data"][0]["model"]["rawSql"])} == grave


def test_macros_of_time() -> None:
    begins, ends = datetime(2014, 11, 12, 11, 45, 26, tzinfo=UTC), datetime(2015, 11, 12, 11, 45, 26, tzinfo=UTC)
    assert in_back("WHERE $__timeFilter(a.b) AND $__other(1)", begins, ends, 60) == (
        "WHERE a.b >= toDateTime(1415792726) AND a.b <= toDateTime(1447328726) AND $__other(1)"
    )
    assert in_back("$__timeInterval(f(x, y)) AS time", begins, ends, 20) == (
        "toStartOfInterval(toDateTime(f(x, y)), INTERVAL 20 second) AS time"
    )
    condition = "$__conditionalAll(x IN (${v:singlequote}), $v)"
    assert in_front(condition, {"v": None}) == "1=1"
    assert in_front(condition, {"v": ["a", "it's"]}) == "x IN ('a','it\\'s')"
