"""Health of integrations and of data, against what the test itself sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from spanledger_api import create_app
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store
from tests.correlator.span_rows import STORED, SpanRow, hex_id, put

INVOICE = (("invoice", "INV-1"),)
TIMEOUT = ("timeout", "T1", "no answer")


@pytest.fixture
def client(store: Store, definitions: Definitions) -> Iterator[TestClient]:
    """An application over five steps of two systems, one sent twice, and spans with faults."""
    put(
        store,
        SpanRow("a", "invoice.generated", 0, INVOICE, system="kantata"),
        SpanRow("b", "invoice.posted", 1, INVOICE, system="netsuite", outcome="failure", error=TIMEOUT),
        SpanRow("b", "invoice.posted", 1, INVOICE, system="netsuite", outcome="failure", error=TIMEOUT),
        SpanRow("c", "invoice.posted", 2, INVOICE, system="netsuite", outcome="rejected", error=("validation", "", "")),
        SpanRow("d", "invoice.posted", 3, INVOICE, system="netsuite"),
        SpanRow("e", "invoice.posted", 4, system="netsuite"),
        SpanRow("f", "invoice.posted", 5, INVOICE, system="netsuite", tenant="other"),
    )
    Correlator(store, definitions).catch_up()
    app = create_app(store, definitions, clock=lambda: STORED + timedelta(hours=2))
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def items(client: TestClient, address: str) -> list[dict[str, Any]]:
    """The items of a list."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_each_step_of_an_integration_counts_a_span_once(client: TestClient) -> None:
    found = {one["step"]: one for one in items(client, "/v1/integrations?hours=12")}
    posted = found["invoice.posted"]
    assert (posted["spans"], posted["failed"], posted["failed_percent"]) == (4, 2, 50.0)
    assert posted["errors"] == {"timeout": 1, "validation": 1}
    assert posted["spans_per_hour"] == round(4 / 12, 2)
    assert posted["quiet"]["text"] == "2 h"
    assert found["invoice.generated"]["failed"] == 0
    assert [one["step"] for one in items(client, "/v1/integrations")] == ["invoice.posted", "invoice.generated"]
    assert [one["step"] for one in items(client, "/v1/integrations?system=kantata")] == ["invoice.generated"]
    assert items(client, "/v1/integrations?service=none") == []
    assert items(client, "/v1/integrations?hours=1") == [], "all of it was stored two hours ago"
    assert client.get("/v1/integrations?hours=0").status_code == 422


def test_what_cannot_be_used_is_told_with_its_sender_and_what_to_do(client: TestClient, store: Store) -> None:
    now = STORED + timedelta(minutes=1)
    columns = ["Tenant", "StoredAt", "Reason", "ServiceName", "SpanName", "TraceId", "SpanId"]
    store.insert("rejected_spans", [["default", now, "trace_id_invalid", "shop", "POST /x", "", ""]], columns)
    found = {one["finding"]: one for one in items(client, "/v1/data-quality")}
    assert set(found) == {"unattached", "rejected"}
    orphan = found["unattached"]
    assert (orphan["spans"], orphan["detail"], orphan["service"]) == (1, "invoice.posted: no_entity", "test")
    assert (orphan["trace_id"], orphan["span_id"]) == (hex_id("e", 16), hex_id("e", 8))
    assert f"/v1/spans/{hex_id('e', 16)}/{hex_id('e', 8)}/why" in orphan["todo"]
    assert client.get(f"/v1/spans/{orphan['trace_id']}/{orphan['span_id']}/why").status_code == 200
    assert (found["rejected"]["service"], found["rejected"]["detail"]) == ("shop", "trace_id_invalid")
    assert [one["finding"] for one in items(client, "/v1/data-quality?finding=rejected&service=shop")] == ["rejected"]
