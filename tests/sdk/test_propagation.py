"""Trace context and the transaction, from one process to another."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import baggage, context

import spanledger as sl
from tests.sdk.collector import Arrived, Collector, by_name

Sent = Callable[[], list[Arrived]]

WORKER = """
import json, sys
import spanledger as sl
sl.configure(service_name="worker", system="salesforce", endpoint=sys.argv[1])
with sl.extract(json.loads(sys.argv[2])), sl.step("invoice.synced_to_crm", invoice="INV-1 042/Ü"):
    pass
"""


def test_into_another_process(sent: Sent, collector: Collector, run_python: Callable[..., str]) -> None:
    with sl.transaction("invoice-to-cash", "INV-1 042/Ü"), sl.step("invoice.posted"):
        carrier = sl.inject({"content-type": "application/json"})
        run_python(WORKER, collector.endpoint, json.dumps(carrier))
    assert sorted(carrier) == ["baggage", "content-type", "traceparent"]
    assert "+" not in carrier["baggage"]
    spans = by_name(sent())
    posted, synced = spans["invoice.posted"], spans["invoice.synced_to_crm"]
    assert synced.resource["service.name"] == "worker"
    assert synced.trace_id == posted.trace_id
    assert synced.parent_id == posted.span_id
    assert synced.attributes["business.transaction"] == "invoice-to-cash/INV-1 042/Ü"
    assert posted.attributes["business.transaction"] == "invoice-to-cash/INV-1 042/Ü"
    assert synced.attributes["business.producer.id"] != posted.attributes["business.producer.id"]


def test_the_baggage_of_the_host_travels_too_and_comes_back(sent: Sent) -> None:
    token = context.attach(baggage.set_baggage("team", "erp"))
    with sl.transaction("invoice-to-cash", "INV-1"):
        carrier = sl.inject({})
    assert sl.inject({}) == {"baggage": "team=erp"}
    context.detach(token)
    with sl.extract(carrier):
        assert baggage.get_baggage("business.transaction") == "invoice-to-cash/INV-1"
        assert baggage.get_baggage("team") == "erp"
    assert baggage.get_baggage("business.transaction") is None


def _message(headers: Mapping[str, str]) -> Message:
    found = Message()
    for key, value in headers.items():
        found[key] = value
    return found


@pytest.mark.parametrize(
    "shape",
    [
        lambda headers: {key.title(): value for key, value in headers.items()},
        lambda headers: {key: value.encode() for key, value in headers.items()},
        lambda headers: {key.upper(): [value] for key, value in headers.items()},
        _message,
    ],
    ids=["title case", "bytes", "lists", "email message"],
)
def test_carriers_of_several_shapes(sent: Sent, shape: Callable[[Mapping[str, str]], Mapping[str, object]]) -> None:
    with sl.transaction("invoice-to-cash", "INV-1"), sl.step("invoice.posted") as it:
        carrier = shape(sl.inject({}))
    with sl.extract(carrier), sl.step("invoice.synced_to_crm"):
        pass
    synced = by_name(sent())["invoice.synced_to_crm"]
    assert synced.parent_id == it.span_id
    assert synced.attributes["business.transaction"] == "invoice-to-cash/INV-1"


def test_an_empty_carrier_changes_nothing(sent: Sent) -> None:
    with sl.transaction("invoice-to-cash", "INV-1"), sl.step("invoice.posted"), sl.extract({}):
        sl.emit("payment.received")
    spans = by_name(sent())
    assert spans["payment.received"].parent_id == spans["invoice.posted"].span_id
    assert spans["payment.received"].attributes["business.transaction"] == "invoice-to-cash/INV-1"


def test_transactions_nest_and_end(sent: Sent) -> None:
    with sl.transaction("time-to-bill", "TE-1"):
        sl.emit("time_entry.approved")
        with sl.transaction("invoice-to-cash", 1042):
            sl.emit("invoice.posted")
            sl.emit("invoice.paid", transaction="invoice-to-cash/INV-7")
        sl.emit("time_entry.posted")
    sl.emit("payment.received")
    with sl.transaction("a/b", "INV-1"), sl.transaction("a", ""):
        sl.emit("quote.sent")
    keys = {span.name: span.attributes.get("business.transaction") for span in sent()}
    assert keys == {
        "time_entry.approved": "time-to-bill/TE-1",
        "invoice.posted": "invoice-to-cash/1042",
        "invoice.paid": "invoice-to-cash/INV-7",
        "time_entry.posted": "time-to-bill/TE-1",
        "payment.received": None,
        "quote.sent": None,
    }


@given(root=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=80))
def test_any_root_id_survives_the_journey(root: str) -> None:
    sl.configure(endpoint="http://127.0.0.1:9")
    with sl.transaction("p", root):
        carrier = sl.inject({})
    with sl.extract(carrier):
        assert baggage.get_baggage("business.transaction") == f"p/{root}"


def test_kafkas_headers_are_pairs_of_bytes(sent: Sent) -> None:
    with sl.step("invoice.approved"):
        headers = sl.inject([("traceparent", b"of the message before"), ("kind", b"invoice")])
    assert [name for name, _ in headers] == ["kind", "traceparent"]
    assert all(isinstance(value, bytes) for _, value in headers)
    with sl.extract(headers), sl.step("invoice.posted"):
        pass
    with sl.extract(None), sl.step("invoice.generated"):
        pass
    approved, posted, generated = sent()
    assert (posted.trace_id, posted.parent_id) == (approved.trace_id, approved.span_id)
    assert generated.trace_id != approved.trace_id


def test_a_step_links_to_every_message_that_it_was_made_from(sent: Sent) -> None:
    carriers = []
    for number in range(2):
        with sl.step("time_entry.approved", time_entry=number):
            carriers.append(sl.inject({}))
    with sl.step("invoice.generated") as it:
        for carrier in (*carriers, {}, None, 7):
            it.link(carrier)  # type: ignore[arg-type]  # what is no carrier links nothing
        it.link(sl.inject([]))
    first, second, generated = sent()
    assert [link.span_id.hex() for link in generated.span.links] == [first.span_id, second.span_id, generated.span_id]
    assert [link.trace_id.hex() for link in generated.span.links][:2] == [first.trace_id, second.trace_id]
