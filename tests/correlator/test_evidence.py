"""Why a span belongs to a transaction: the rule, the key and the span that carried it, asked for one transaction."""

from __future__ import annotations

from typing import Any

from spanledger_correlator.reading import Reading

from .order_flow import DEFINITIONS
from .span_rows import STORED, SpanRow, hex_id
from .telling import Found, told

__all__ = ["DEFINITIONS"]

O1, O2, D1, P1 = ("order", "O1"), ("order", "O2"), ("delivery", "D1"), ("parcel", "P1")


def evidence(found: Found, root: str, process: str = "order-flow", **asked: Any) -> dict[str, tuple[int, str, str]]:
    """By span: the rule, the key and the span that carried the link."""
    reading = Reading(found.ledger.store, found.ledger.definitions, found.tenant, **asked)
    names = found.ledger.names
    return {
        names[row["trace_id"], row["span_id"]]: (
            row["rule"],
            row["key"],
            names.get((row["carrier_trace_id"], row["carrier_span_id"]), ""),
        )
        for row in reading.attachments(process, root)
    }


@told(
    [
        SpanRow("p", "order.placed", 0, (O1,), trace="t"),
        SpanRow("k", "parcel.handed", 3, (), transaction="order-flow/O1"),
        SpanRow("far", "", 4, (P1, D1)),
        SpanRow("later", "", 6, (D1, O1)),
        SpanRow("near", "", 5, (D1, O1)),
        SpanRow("h", "parcel.handed", 2, (P1,), process="order-flow"),
        SpanRow("c", "parcel.handed", 1, (), trace="t", parent="p"),
        SpanRow("s", "parcel.handed", 7, (), trace="t"),
        SpanRow("x", "order.placed", 0, (O2,), trace="u"),
    ]
)
def test_each_attachment_says_its_rule_its_key_and_what_carried_it(found: Found) -> None:
    assert evidence(found, "O1") == {
        "p": (1, "order:O1", ""),
        "c": (4, f"trace:{hex_id('t', 16)}", "p"),
        "h": (3, "parcel:P1", "near"),
        "k": (2, "order:O1", ""),
        "s": (4, f"trace:{hex_id('t', 16)}", ""),
    }
    assert list(evidence(found, "O1")) == ["p", "c", "h", "k", "s"]


@told(
    [
        SpanRow("b", "order.placed", 1, (("order", "B"),)),
        SpanRow("a", "order.placed", 2, (O1,)),
        SpanRow("l", "", 3, (O1,), aliases=(("order", "B"),)),
    ]
)
def test_either_id_of_the_root_finds_it(found: Found) -> None:
    wanted = {"b": (1, "order:B", ""), "a": (1, "order:O1", "")}
    assert evidence(found, "O1") == evidence(found, "B") == wanted
    assert evidence(found, "O1", as_of=STORED) == evidence(found, "B", as_of=STORED) == wanted


@told(
    [
        SpanRow("b", "order.placed", 1, (("order", "B"),)),
        SpanRow("l", "", 3, (O1,), aliases=(("order", "B"),)),
        SpanRow("k", "", 4, (O1, ("delivery", "E1"))),
        SpanRow("e", "", 5, (D1,), aliases=(("delivery", "E1"),)),
        SpanRow("h", "parcel.handed", 6, (D1,)),
    ]
)
def test_a_link_between_other_ids_of_both_carries(found: Found) -> None:
    assert evidence(found, "B") == {"b": (1, "order:B", ""), "h": (3, "delivery:D1", "k")}


@told([SpanRow("a", "order.placed", 1, (O1,)), SpanRow("h", "parcel.handed", 2, (D1,))])
def test_unknown_roots_and_processes_have_none(found: Found) -> None:
    assert evidence(found, "O9") == evidence(found, "O1", process="no-such-flow") == {}


@told(
    [SpanRow("p", "order.placed", 0, (O1,), trace="t"), SpanRow("h", "parcel.handed", 2, (D1,), trace="t", parent="p")],
    [SpanRow("l", "", 4, (D1, O2))],
)
def test_evidence_as_of_a_moment_is_that_of_then(found: Found) -> None:
    assert set(evidence(found, "O1")) == {"p"}
    assert set(evidence(found, "O1", as_of=STORED)) == {"p", "h"}
    assert set(evidence(found, "O2", as_of=STORED, known="now")) == {"h"}
