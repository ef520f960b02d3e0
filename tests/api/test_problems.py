"""A question that cannot be answered as asked is refused: what was wrong, where, and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import pytest
from clickhouse_connect.driver.exceptions import OperationalError
from starlette.testclient import TestClient

from spanledger_api import create_app
from spanledger_api.problems import CODES, nearest
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store
from tests.api.conftest import Stage, staged_app

ADDRESSES = [
    "/v1/stuck",
    "/v1/processes",
    "/v1/processes/invoice-to-cash",
    "/v1/transactions",
    "/v1/transactions/invoice-to-cash/INV-1042",
    "/v1/transactions/invoice-to-cash/INV-1042/spans",
    "/v1/entities/invoice/INV-1042",
    "/v1/entities/invoice/INV-1042/journey",
]


def refused(client: TestClient, url: str, status: int = 422, **request: Any) -> dict[str, Any]:
    """The problem that a request ends in."""
    answer = client.get(url, **request)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["type"] == f"urn:spanledger:problem:{problem['code']}"
    assert problem["title"] == CODES[problem["code"]][1]
    assert problem["instance"] == url.partition("?")[0]
    assert problem["detail"]
    assert problem["hint"]
    return problem


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_question_refuses_unknown_repeated_and_impossible_parameters(reader: TestClient, address: str) -> None:
    assert reader.get(address).status_code == 200
    unknown = refused(reader, f"{address}?as_off=2026-03-31")
    assert unknown["code"] == "unknown_parameter"
    assert unknown["errors"] == [
        {
            "code": "unknown_parameter",
            "where": "query.as_off",
            "what": "There is no parameter `as_off` here.",
            "do": "Did you mean `as_of`?",
        }
    ]
    assert refused(reader, f"{address}?known=then&known=now")["code"] == "repeated_parameter"
    assert refused(reader, f"{address}?as_of=2026-02-30")["code"] == "impossible_date"
    assert refused(reader, f"{address}?known=never")["code"] == "unknown_value"


@pytest.mark.parametrize(
    ("query", "code", "where", "what", "do"),
    [
        ("severity=hihg", "unknown_value", "query.severity.0", "no severity `hihg`", "Did you mean `high`?"),
        ("entity=invoce", "unknown_value", "query.entity", "`invoce`", "Did you mean `invoice`?"),
        ("process=x", "unknown_value", "query.process", "no process `x`", "invoice-to-cash"),
        ("owner=finance", "unknown_value", "query.owner", "no owner `finance`", "finance-"),
        ("waiting_for=invoice.post", "unknown_value", "query.waiting_for", "no step", "`invoice.posted`"),
        ("impact=money", "unknown_value", "query.impact.0", "no impact `money`", "revenue"),
        ("sla=late", "unknown_value", "query.sla.0", "no sla `late`", "met_late"),
        ("format=xml", "unknown_value", "query.format", "no format `xml`", "json"),
        ("min_amount=5", "currency_missing", "query.min_amount", "without `currency`", "currency=EUR"),
        ("min_amount=-5&currency=EUR", "invalid_value", "query.min_amount", "`-5` is no amount", "1000.50"),
        ("min_amount=5,00&currency=EUR", "invalid_value", "query.min_amount", "`5,00` is no amount", "1000.50"),
        ("currency=eur", "invalid_value", "query.currency", "`eur` is no currency", "EUR"),
        ("limit=0", "invalid_value", "query.limit", "`0` is no limit", "greater than or equal to 1"),
        ("limit=many", "invalid_value", "query.limit", "`many` is no limit", "integer"),
        ("owner=", "invalid_value", "query.owner.0", "`` is no owner", "at least 1 character"),
        ("as_of=2026-03-31T10:00:00", "impossible_date", "query.as_of", "no offset", "2026-03-31T18:00:00Z"),
        ("as_of=31.03.2026", "impossible_date", "query.as_of", "another shape", "2026-03-31"),
        ("=1", "unknown_parameter", "query.", "parameter ``", "Write one of"),
    ],
)
def test_a_bad_value_says_where_what_and_what_to_do(
    reader: TestClient, query: str, code: str, where: str, what: str, do: str
) -> None:
    problem = refused(reader, f"/v1/stuck?{query}")
    assert problem["code"] == code
    assert problem["errors"][0]["where"] == where
    assert what in problem["errors"][0]["what"]
    assert do in problem["errors"][0]["do"]
    assert what in problem["detail"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("sort=amount", "currency_missing"),
        ("sort=amount&currency=EUR&sort=key", "repeated_parameter"),
        ("sort=size", "unknown_value"),
        ("status=stuck", "unknown_value"),
        ("stuck=perhaps", "invalid_value"),
        ("started_from=soon", "impossible_date"),
        ("cursor=abc", "cursor_invalid"),
        ("limit=1001", "invalid_value"),
    ],
)
def test_a_list_of_transactions_refuses_too(reader: TestClient, query: str, code: str) -> None:
    assert refused(reader, f"/v1/transactions?{query}")["code"] == code


def test_several_mistakes_are_all_told(reader: TestClient) -> None:
    problem = refused(reader, "/v1/stuck?as_of=never&limit=0&severity=bad")
    assert problem["code"] == "invalid_request"
    assert {fault["where"] for fault in problem["errors"]} == {"query.as_of", "query.limit", "query.severity.0"}


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("/v1/processes/invoice-to-crash", "Did you mean `invoice-to-cash`?"),
        ("/v1/processes/invoice-to-cash?version=9", "It has: 1."),
        ("/v1/transactions/invoice-to-crash/INV-1042", "Did you mean `invoice-to-cash`?"),
        ("/v1/transactions/invoice-to-cash/INV-9999", "Check the id"),
        ("/v1/transactions/invoice-to-cash/INV-9999/spans", "Check the id"),
        ("/v1/transactions/invoice-to-cash/INV-1042?as_of=2026-03-01", "may have begun later"),
        ("/v1/entities/invoice/INV-9999", "Check the id"),
        ("/v1/entities/invoice/INV-9999/journey", "Check the id"),
        ("/v1/entities/invoic/INV-1042", "Did you mean `invoice`?"),
        ("/v1/nothing", "/docs"),
        ("/nothing", "/docs"),
    ],
)
def test_what_does_not_exist_is_404(reader: TestClient, address: str, hint: str) -> None:
    problem = refused(reader, address, 404)
    assert problem["code"] == "not_found"
    assert hint in problem["hint"]


def test_other_methods_are_refused(reader: TestClient) -> None:
    answer = reader.post("/v1/stuck")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


def test_values_are_shown_at_bounded_length(reader: TestClient) -> None:
    for query in ("owner=", "as_of=", "severity=", "min_amount=", "cursor="):
        assert len(reader.get(f"/v1/transactions?{query}{'x' * 5000}").text) < 2500


def test_text_in_a_value_is_never_read_as_sql(reader: TestClient) -> None:
    for text in ("' OR 1=1 --", "\\", "\\'", "{q_owner:String}", "a\x00b", "%s", "\n\t", "'); DROP TABLE spans"):
        assert reader.get("/v1/stuck", params={"legal_entity": text, "client": text}).json()["count"] == 0
        assert reader.get(f"/v1/entities/invoice/{quote(text)}").status_code == 404


def test_what_fails_inside_is_500_and_tells_nothing(stage: Stage, definitions: Definitions) -> None:
    stage.store.command("DROP TABLE verdict_rows")
    with TestClient(
        staged_app(stage, definitions), base_url="http://localhost", raise_server_exceptions=False
    ) as client:
        problem = refused(client, "/v1/stuck", 500)
    assert problem["code"] == "internal_error"
    assert "verdict_rows" not in str(problem)


def test_a_store_that_is_gone_is_503(engine_directory: Path, definitions: Definitions) -> None:
    gone = Store.open(f"chdb://{engine_directory}?database=gone")
    with TestClient(create_app(gone, definitions), base_url="http://localhost") as client:
        gone.command("DROP DATABASE gone SYNC")
        gone.close()
        problem = refused(client, "/v1/stuck", 503)
        assert problem["code"] == "store_unavailable"
        assert client.get("/v1/stuck").headers["retry-after"] == "1"
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503


def test_a_server_that_cannot_be_reached_is_503(store: Store, definitions: Definitions) -> None:
    def open_reading(*_: object, **__: object) -> NoReturn:
        raise OperationalError("connection refused by 10.0.0.7")

    app = create_app(store, definitions, open_reading=open_reading)
    with TestClient(app, base_url="http://localhost") as client:
        problem = refused(client, "/v1/stuck", 503)
    assert problem["code"] == "store_unavailable"
    assert "10.0.0.7" not in str(problem)


def test_nearest() -> None:
    assert nearest("Severty", ["severity", "owner"]) == "Did you mean `severity`?"
    assert nearest("qqq", ["b", "a"]) == "Write one of: a, b."
    assert nearest("x", []) == "There are none yet."
    assert nearest("q", [f"word-{number:02}" for number in range(30)]).endswith("word-19, ….")


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{", b"[1,2", b'{"a": NaN}'])
def test_a_body_that_is_no_json_is_refused_as_such(reader: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = reader.post("/v1/exceptions/actions", content=body, headers=headers)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in {"invalid_request", "invalid_value"}
