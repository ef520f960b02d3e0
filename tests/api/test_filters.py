"""Every filter over the real reading: its columns have the store's own types, which a stage's need not have."""

from __future__ import annotations

import typing
from typing import get_args

import pytest
from starlette.testclient import TestClient

from spanledger_api.parameters import Filters
from spanledger_api.sorting import Sort

KEPT = {
    "process": "invoice-to-cash",
    "entity": "invoice",
    "waiting_for": "invoice.posted",
    "reason": "rejected_record",
    "owner": "finance-operations",
    "severity": "medium",
    "impact": "revenue",
    "sla": "on_track",
    "legal_entity": "DE01",
    "client": "Acme GmbH",
    "currency": "EUR",
    "q": "1042 acme prj-3",
}
DROPPED = {
    "process": "time-to-bill",
    "entity": "time_entry",
    "waiting_for": "payment.received",
    "reason": "overdue_step",
    "owner": "collections",
    "severity": "critical",
    "impact": "client",
    "sla": "breached",
    "legal_entity": "US01",
    "region": "apac",
    "client": "Acme",
    "currency": "USD",
    "q": "acme 1043",
}
KEY = "invoice-to-cash/INV-1042"


def test_every_filter_is_tried_here() -> None:
    assert set(Filters.model_fields) - {"as_of", "known", "min_amount"} == set(DROPPED)
    lists = {name for name, field in Filters.model_fields.items() if typing.get_origin(field.annotation) is list}
    assert set(DROPPED) - {"currency", "q"} == lists


@pytest.mark.parametrize("address", ["/v1/stuck", "/v1/transactions"])
def test_each_filter_keeps_and_drops(reader: TestClient, address: str) -> None:
    def keys(query: dict[str, str]) -> set[str]:
        answer = reader.get(address, params=query)
        assert answer.status_code == 200, answer.text
        return {item["key"] for item in answer.json()["items"]}

    for name, value in KEPT.items():
        assert KEY in keys({name: value}), name
    for name, value in DROPPED.items():
        assert KEY not in keys({name: value}), name
    assert KEY in keys(KEPT | {"min_amount": "48200"})
    assert KEY not in keys(KEPT | {"min_amount": "48200.01"})
    assert KEY in keys({"as_of": "2026-03-22", "severity": "medium"})


@pytest.mark.parametrize("sort", get_args(Sort))
def test_each_order_works_page_by_page(reader: TestClient, sort: str) -> None:
    whole = reader.get("/v1/transactions", params={"sort": sort, "currency": "EUR"}).json()
    assert whole["next"] is None
    found = []
    following = f"/v1/transactions?sort={sort}&currency=EUR&limit=2"
    while following:
        page = reader.get(following).json()
        found += page["items"]
        following = page["next"]
    assert found == whole["items"]
    assert len(found) == 7
