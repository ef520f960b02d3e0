"""Which ids are one entity, and which of them it goes by (DESIGN sections 3 and 5)."""

from __future__ import annotations

from typing import Any

from spanledger_correlator.reading import Reading

from .order_flow import DEFINITIONS
from .span_rows import SpanRow
from .telling import LATER, Found, told

__all__ = ["DEFINITIONS"]

MS = 1_000_000


def order(entity: str) -> tuple[str, str]:
    return ("order", entity)


D1, D2, P1 = ("delivery", "D1"), ("delivery", "D2"), ("parcel", "P1")


def placed(name: str, *entities: tuple[str, str], at: float = 0, **more: Any) -> SpanRow:
    return SpanRow(name, "order.placed", at, entities).having(**more)


def handed(name: str, *entities: tuple[str, str], at: float = 10, **more: Any) -> SpanRow:
    return SpanRow(name, "parcel.handed", at, entities, process="order-flow").having(**more)


def aliased(name: str, entity: tuple[str, str], *others: str, at: float = 50, **more: Any) -> SpanRow:
    return SpanRow(name, "", at, (entity,), aliases=tuple((entity[0], other) for other in others)).having(**more)


def canonical(found: Found, entity: tuple[str, str]) -> str:
    reading = Reading(found.ledger.store, found.ledger.definitions, found.tenant, now=LATER)
    return reading.canonical(*entity)


@told([placed("a", order("A"), at=5), placed("b", order("B"), at=3)], [aliased("l", order("A"), "B")])
def test_a_late_alias_makes_two_transactions_one_under_the_id_that_happened_first(found: Found) -> None:
    assert found.keys == {"order-flow/B"}
    assert found.rules("order-flow/B") == {"a": 1, "b": 1}
    assert (canonical(found, order("A")), canonical(found, order("B"))) == ("B", "B")


@told([placed("a", order("B")), placed("b", order("A"))], [aliased("l", order("B"), "A")])
def test_of_ids_that_happened_together_the_least_counts(found: Found) -> None:
    assert found.keys == {"order-flow/A"}


@told([placed("a", order("B"), at=9), aliased("l", order("B"), "A", at=10)])
def test_an_id_that_only_an_alias_named_is_not_the_one_it_goes_by(found: Found) -> None:
    assert found.keys == {"order-flow/B"}
    assert canonical(found, order("A")) == "B"


@told([aliased("l", order("B"), "A", at=10), handed("k", transaction="order-flow/A", at=1)])
def test_a_key_may_say_any_of_the_ids_and_names_none_of_them(found: Found) -> None:
    assert found.rules("order-flow/B") == {"k": 2}


@told([placed("a", order("A"), at=5), aliased("l", order("A"), "B")], [placed("b", order("B"), at=3)])
def test_an_earlier_span_that_arrives_late_changes_the_id(found: Found) -> None:
    assert found.keys == {"order-flow/B"}
    assert found.rows(open_only=True).keys() == {"order-flow/B"}


@told(
    [aliased("1", order("A"), "B"), aliased("2", order("C"), "D"), placed("d", order("D"), at=1)],
    [aliased("3", order("B"), "C")],
    [placed("a", order("A"), at=2)],
)
def test_a_chain_of_aliases_is_one_entity(found: Found) -> None:
    assert found.rules("order-flow/D") == {"d": 1, "a": 1}


@told(
    [placed(f"s{number}", order(f"I{number:02}"), at=number) for number in range(12)],
    [aliased(f"l{number}", order(f"I{number:02}"), f"I{number + 1:02}") for number in range(11)],
)
def test_a_long_chain_of_aliases_is_one_entity(found: Found) -> None:
    assert found.keys == {"order-flow/I00"}
    assert len(found.members("order-flow/I00")) == 12


@told([SpanRow("l", "", 5, (order("A"), order("B")), aliases=(("order", "C"),)), placed("c", order("C"))])
def test_an_alias_counts_only_beside_exactly_one_id_of_its_type(found: Found) -> None:
    assert found.keys == {"order-flow/C"}
    assert canonical(found, order("A")) == "A"


@told(
    [
        placed("a", order("A")),
        aliased("l", order("A"), "0", ""),
        aliased("m", order("B"), "0", ""),
        placed("b", order("B")),
    ]
)
def test_a_placeholder_is_nobodys_alias(found: Found) -> None:
    assert found.keys == {"order-flow/A", "order-flow/B"}


@told([placed("a", order("A")), placed("d", order("D1")), aliased("l", ("delivery", "A"), "D1")])
def test_ids_of_different_types_are_different_entities(found: Found) -> None:
    assert found.keys == {"order-flow/A", "order-flow/D1"}


@told(
    [placed("a", order("A"), at=1), placed("b", order("B"), at=2), aliased("l", order("A"), "B")],
    [aliased("l", order("A"), duration_ns=MS)],
)
def test_an_alias_whose_span_has_a_better_copy_is_none(found: Found) -> None:
    assert found.keys == {"order-flow/A", "order-flow/B"}
    assert canonical(found, order("B")) == "B"


@told(
    [placed("a", order("B"), at=9).having(aliases=(("order", "A"),))],
    [placed("b", order("A"), at=5)],
    [SpanRow("a", "", 9, (), duration_ns=MS)],
)
def test_who_keeps_the_id_loses_the_spans_of_an_alias_that_is_taken_back(found: Found) -> None:
    assert found.keys == {"order-flow/A"}
    assert found.rules("order-flow/A") == {"b": 1}


@told(
    [placed("a", order("A"), at=1, duration_ns=0), placed("b", order("B"), at=2), aliased("l", order("A"), "B")],
    [placed("a", order("C"), at=1, duration_ns=MS)],
)
def test_an_id_whose_first_span_has_a_better_copy_steps_back(found: Found) -> None:
    assert found.keys == {"order-flow/B", "order-flow/C"}


@told(
    [handed("h", D1), SpanRow("l", "", 5, (D2, order("A"))), placed("a", order("A"))],
    [aliased("m", D1, "D2")],
)
def test_a_link_of_one_id_leads_from_the_other(found: Found) -> None:
    assert found.rules("order-flow/A") == {"a": 1, "h": 3}


@told(
    [handed("h", P1), SpanRow("p", "", 5, (P1, D1)), SpanRow("l", "", 5, (D2, order("A"))), placed("a", order("A"))],
    [aliased("m", D1, "D2")],
)
def test_a_walk_goes_on_under_another_id(found: Found) -> None:
    assert found.rules("order-flow/A") == {"a": 1, "h": 3}


@told(
    [
        handed("h", P1),
        SpanRow("p", "", 5, (P1, D1)),
        SpanRow("l", "", 5, (D2, order("A"))),
        placed("a", order("A")),
        aliased("m", D1, "D2"),
    ],
    [aliased("m", D1, duration_ns=MS)],
)
def test_a_walk_ends_where_an_alias_is_lost(found: Found) -> None:
    assert found.rules("order-flow/A") == {"a": 1}
    assert found.orphans() == {"h": "no_link"}


@told(
    [placed("a", order("A"), trace="t"), placed("b", order("B"), trace="t"), handed("h", trace="t")],
    [aliased("l", order("A"), "B")],
)
def test_two_transactions_of_a_trace_that_become_one_take_its_spans(found: Found) -> None:
    assert found.rules("order-flow/A") == {"a": 1, "b": 1, "h": 4}
    assert found.orphans() == {}


@told(
    [
        handed("h", P1, amount=("3", "EUR")),
        placed("a", order("A"), amount=("10", "EUR")),
        SpanRow("l", "", 5, (P1, order("A"))),
        SpanRow("m", "", 5, (P1, order("B"))),
    ],
    [aliased("n", order("A"), "B")],
)
def test_one_root_under_two_ids_is_given_the_amount(found: Found) -> None:
    assert found.keys == {"order-flow/A"}
    assert found["order-flow/A"]["OpenAmounts"] == [7]


@told(
    [
        placed("a", order("A"), tenant="one"),
        placed("b", order("B"), tenant="one"),
        placed("a", order("A"), tenant="two"),
        placed("b", order("B"), tenant="two"),
        aliased("l", order("A"), "B", tenant="one"),
    ]
)
def test_an_alias_holds_in_its_own_tenant(found: Found) -> None:
    one, two = (Found(found.ledger, f"{found.tenant}-{name}") for name in ("one", "two"))
    assert one.keys == {"order-flow/A"}
    assert two.keys == {"order-flow/A", "order-flow/B"}
