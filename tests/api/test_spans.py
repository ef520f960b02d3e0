"""A transaction's spans: in time order, in pages, each identity once, with the traces underneath if asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from spanledger_api import create_app
from spanledger_api.cursors import Position
from spanledger_api.spans import window
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store
from tests.api import story
from tests.correlator.span_rows import EPOCH, STORED, SpanRow, put

ADDRESS = "/v1/transactions/invoice-to-cash/INV-1042/spans"
INVOICE = (("invoice", "INV-1"),)


def spans(client: TestClient, address: str) -> list[dict[str, Any]]:
    """The spans of every page."""
    found: list[dict[str, Any]] = []
    following: str | None = address
    while following:
        answer = client.get(following)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        following = answer.json()["next"]
    return found


def test_whole_traces_show_the_technical_work_underneath(reader: TestClient) -> None:
    assert [span["name"] for span in spans(reader, ADDRESS)] == [
        "invoice.generated",
        "invoice.posted",
        "invoice.posted",
    ]
    whole = spans(reader, f"{ADDRESS}?whole_traces=true")
    assert [(span["name"], span["attached"]) for span in whole] == [
        ("invoice.generated", True),
        ("POST /invoice", False),
        ("invoice.posted", True),
        ("invoice.posted", True),
    ]
    assert whole[1]["attributes"] == {"http.request.method": "POST", "http.response.status_code": "400"}
    assert (whole[1]["step"], whole[1]["service"]) == (None, "boomi")


def test_pages_join_to_the_whole(reader: TestClient) -> None:
    whole = spans(reader, f"{ADDRESS}?whole_traces=true")
    for limit in (1, 2, 3, 4):
        assert spans(reader, f"{ADDRESS}?whole_traces=true&limit={limit}") == whole


def test_a_cursor_belongs_to_its_transaction(reader: TestClient) -> None:
    following = reader.get(f"{ADDRESS}?limit=1").json()["next"]
    other = following.replace("INV-1042", "INV-1043")
    assert reader.get(other).json()["code"] == "cursor_invalid"
    assert reader.get(following.replace("INV-1042", "SI-9")).status_code == 200


def test_of_differing_copies_the_winning_one_is_shown_once(store: Store, definitions: Definitions) -> None:
    first = SpanRow("a", "invoice.generated", 0, INVOICE, duration_ns=1_000, service="first")
    later_end = first.having(duration_ns=2_000, service="later end")
    put(store, first, first, later_end, SpanRow("b", "invoice.posted", 5, INVOICE))
    put(store, first, later_end)
    # Another tenant's span of the same identity is another span.
    put(store, first.having(tenant="other", duration_ns=9_000, service="not ours"))
    Correlator(store, definitions).catch_up()
    with TestClient(create_app(store, definitions, clock=lambda: story.NOW), base_url="http://localhost") as client:
        shown = spans(client, "/v1/transactions/invoice-to-cash/INV-1/spans")
        assert [(span["step"], span["service"]) for span in shown] == [
            ("invoice.generated", "later end"),
            ("invoice.posted", "test"),
        ]
        assert client.get("/v1/transactions/invoice-to-cash/INV-1").json()["steps"][0]["attempts"] == 1


def test_what_was_stored_later_is_not_known_then(store: Store, definitions: Definitions) -> None:
    early = SpanRow("a", "invoice.generated", 0, INVOICE, stored_at=EPOCH + timedelta(minutes=1))
    put(store, early)
    put(store, SpanRow("b", "invoice.posted", 2, INVOICE, stored_at=STORED))
    Correlator(store, definitions).catch_up()
    address = "/v1/transactions/invoice-to-cash/INV-1/spans?as_of=2026-03-02T09:10:00Z"
    with TestClient(create_app(store, definitions, clock=lambda: story.NOW), base_url="http://localhost") as client:
        assert [span["step"] for span in spans(client, address)] == ["invoice.generated"]
        assert [span["step"] for span in spans(client, f"{address}&known=now")] == [
            "invoice.generated",
            "invoice.posted",
        ]


moments = st.lists(st.integers(-5_000, 5_000), max_size=30)


@given(moments, st.integers(-6_000, 6_000), st.integers(1, 6))
def test_a_window_holds_the_spans_behind_a_position_and_few_more(times: list[int], after: int, count: int) -> None:
    """Times are nanoseconds; an attachment knows its own to the microsecond only."""
    attachments = [
        {"happened": datetime(1970, 1, 1) + timedelta(microseconds=ns // 1000), "ns": ns}  # noqa: DTZ001 - as the store's
        for ns in times
    ]
    found = window(attachments, Position(str(after), ("", "")), count)
    wanted = sorted(ns for ns in times if ns > after)[:count]
    shown = sorted(one["ns"] for one in found)
    assert [ns for ns in shown if ns > after][:count] == wanted
    ends = {after // 1000, *(ns // 1000 for ns in shown[-1:])}
    assert sum(ns // 1000 not in ends for ns in shown) < count


def test_ids_with_slashes_and_odd_characters_have_addresses(store: Store, definitions: Definitions) -> None:
    ids = ["us/10077", "Ünï cödé 50%", "q?x=1#2", "a'b:c", "x/spans"]
    put(store, *(SpanRow(f"s{one}", "invoice.generated", 0, (("invoice", one),)) for one in ids))
    Correlator(store, definitions).catch_up()
    with TestClient(create_app(store, definitions, clock=lambda: story.NOW), base_url="http://localhost") as client:
        items = client.get("/v1/transactions?sort=key").json()["items"]
        assert sorted(item["entity"]["id"] for item in items) == sorted(ids)
        for item in items:
            for name in ("spans", "journey"):
                assert client.get(item["links"][name]).status_code == 200, item["key"]
            if item["entity"]["id"] != "x/spans":
                assert client.get(item["links"]["transaction"]).json()["key"] == item["key"]
            assert client.get(item["entity"]["link"]).json()["id"] == item["entity"]["id"]
