"""What was rejected, driven again: stored under ids of its own, once, and remembered."""

from __future__ import annotations

from typing import Any

import pytest

from spanledger_collector import business_faults, redrive
from spanledger_collector.rejections import SENTENCES
from spanledger_store import NotFound
from tests.collector.conftest import Sender
from tests.collector.making import request, span
from tests.collector.test_rejections import BAD_IDS

POSTED = {"business.step": "invoice.posted", "business.entity.invoice": "INV-1", "deep": {"k": [1]}, "n": 5}


@pytest.mark.parametrize("encoding", ["protobuf", "json"])
def test_a_rejected_span_is_stored_as_it_came_under_ids_that_it_gets(sender: Sender, encoding: str) -> None:
    spans = {why: span(POSTED, name=why, **ids) for why, ids in BAD_IDS.items()}
    sent = request(span(name="good"), *spans.values())
    (sender.send if encoding == "protobuf" else sender.send_json)(sent)
    kept = redrive.newest(sender.store, sender.tenant, retried=False, limit=10)
    assert {one.reason: one.name for one in kept} == {why: why for why in BAD_IDS}
    assert {one.reason for one in kept} == SENTENCES.keys()

    driven = list(redrive.retry(sender.store, sender.tenant, kept))
    assert {one.id for one in driven} == {one.id for one in kept}
    rows = {row["SpanName"]: row for row in sender.rows("SpanName, TraceId, SpanId, Step, EntityIds, SpanAttributes")}
    assert rows.keys() == {"good", *BAD_IDS}
    assert {(one.trace_id, one.span_id) for one in driven} == {
        (row["TraceId"], row["SpanId"]) for name, row in rows.items() if name != "good"
    }
    for name, given in spans.items():
        kept_id, at = (given.span_id, "SpanId") if name.startswith("trace") else (given.trace_id, "TraceId")
        assert rows[name][at] == kept_id.hex()
    for name in BAD_IDS:
        assert (rows[name]["Step"], rows[name]["EntityIds"]) == ("invoice.posted", ["INV-1"])
        assert rows[name]["SpanAttributes"]["deep"] == '{"k":[1]}'

    assert redrive.newest(sender.store, sender.tenant, retried=False, limit=10) == []
    again = redrive.newest(sender.store, sender.tenant, retried=True, limit=10)
    assert all(one.retried_at for one in again)
    list(redrive.retry(sender.store, sender.tenant, again))
    ids = "SELECT uniqExact(TraceId, SpanId) AS Spans FROM spans WHERE Tenant = {tenant:String}"
    assert sender.store.rows(ids, {"tenant": sender.tenant}) == [{"Spans": 1 + len(BAD_IDS)}], "twice is once"


def test_more_than_a_group_is_driven_in_groups(sender: Sender) -> None:
    sender.send(request(span(name="good"), *(span(name=f"s{number}", span_id=b"") for number in range(2_300))))
    kept = redrive.newest(sender.store, sender.tenant, retried=False, limit=10_000)
    assert len(list(redrive.retry(sender.store, sender.tenant, kept))) == 2_300
    assert len(sender.rows("SpanName")) == 2_301


def test_ids_are_the_tenants_own(sender: Sender, collector: Any) -> None:
    sender.send(request(span(), span(POSTED, span_id=b"")))
    (kept,) = redrive.newest(sender.store, sender.tenant, retried=False, limit=10)
    assert redrive.by_ids(sender.store, sender.tenant, [kept.id]) == [kept]
    assert redrive.attributes(kept)["n"] == "5"
    with pytest.raises(NotFound, match=kept.id):
        redrive.by_ids(sender.store, "another", [kept.id])
    assert redrive.newest(sender.store, "another", retried=True, limit=10) == []


@pytest.mark.parametrize("encoding", ["protobuf", "json"])
def test_attributes_are_shown_as_text(sender: Sender, encoding: str) -> None:
    given = POSTED | {"quoted": '"so"', "yes": True, "none": None}
    sent = request(span(), span(given, span_id=b""))
    (sender.send if encoding == "protobuf" else sender.send_json)(sent)
    (kept,) = redrive.newest(sender.store, sender.tenant, retried=False, limit=10)
    assert redrive.attributes(kept) == {
        "business.step": "invoice.posted",
        "business.entity.invoice": "INV-1",
        "deep": '{"k":[1]}',
        "n": "5",
        "quoted": '"so"',
        "yes": "true",
        "none": "null",
    }


def test_business_faults_are_told_in_plain_words(sender: Sender) -> None:
    sender.send(
        request(
            span({"business.amount": "12,50", "business.currency": "EUX", **POSTED}, name="a"),
            span({"business.step": "invoice.posted"}, name="b", span_id=b"\x02" * 8),
            span(name="good", span_id=b"\x03" * 8),
        )
    )
    told = {one.name: one for one in business_faults.newest(sender.store, sender.tenant, 10)}
    assert told.keys() == {"a", "b"}
    assert told["a"].faults == ("the amount is no number: '12,50'", "there is no such currency: 'EUX'")
    assert told["b"].faults == (
        "the step names no entity, so that no transaction can be found for it: 'invoice.posted'",
    )
