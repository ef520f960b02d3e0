"""Walks along links: from joined entities to the roots they lead to, never through another root (DESIGN section 5)."""

from __future__ import annotations

from .order_flow import DEFINITIONS
from .span_rows import SpanRow
from .telling import Found, told

__all__ = ["DEFINITIONS"]

O1, O2, O3 = ("order", "O1"), ("order", "O2"), ("order", "O3")
D1, D2 = ("delivery", "D1"), ("delivery", "D2")
P1, P2, P3 = ("parcel", "P1"), ("parcel", "P2"), ("parcel", "P3")


def placed(name: str, *entities: tuple[str, str], **more: object) -> SpanRow:
    return SpanRow(name, "order.placed", 0, entities).having(**more)


def handed(name: str, *entities: tuple[str, str], at: float = 10, **more: object) -> SpanRow:
    return SpanRow(name, "parcel.handed", at, entities, process="order-flow").having(**more)


def linking(name: str, *entities: tuple[str, str], at: float = 5, **more: object) -> SpanRow:
    return SpanRow(name, "", at, entities).having(**more)


@told([handed("h", P1), linking("far", P1, D1), linking("near", D1, O1)])
def test_a_chain_of_joined_types_leads_to_the_root(found: Found) -> None:
    member = found.members("order-flow/O1")["h"]
    assert (member.rule, member.key, member.carrier) == (3, "parcel:P1", "near")


@told([handed("h", P1)], [linking("far", P1, D1)], [linking("near", D1, O1)])
def test_a_chain_may_arrive_link_by_link(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"h": 3}


@told([handed("h", D1), linking("a", D1, P1), linking("b", P1, O1)])
def test_a_walk_moves_only_to_types_nearer_the_root(found: Found) -> None:
    assert found.keys == set()
    assert found.orphans() == {"h": "no_link"}


@told([handed("h", P1), linking("a", P1, D1), linking("b", D1, P2), linking("c", P2, O1)])
def test_a_walk_never_steps_back(found: Found) -> None:
    assert found.keys == set()


@told([handed("h", P1), linking("a", P1, P2), linking("b", P2, O1)])
def test_entities_of_one_type_are_never_linked(found: Found) -> None:
    assert found.rules("order-flow/O1") == {}


@told(
    [
        placed("a", O1),
        placed("b", O2),
        handed("h", P1),
        linking("ab", P1, O1, O2),
        handed("x", P2),
        linking("x1", P2, O1),
        handed("y", P3),
        linking("y2", P3, O2),
    ]
)
def test_a_joined_entity_of_two_roots_does_not_weld_them(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"a": 1, "h": 3, "x": 3}
    assert found.rules("order-flow/O2") == {"b": 1, "h": 3, "y": 3}


@told(
    [
        placed("a", O1, amount=("10", "EUR")),
        placed("b", O2, amount=("10", "EUR")),
        handed("h", P1, amount=("10", "EUR")),
        linking("l", P1, O1),
    ],
    [linking("m", P1, O2)],
)
def test_a_span_that_links_lead_to_two_roots_gives_neither_its_amount(found: Found) -> None:
    assert found["order-flow/O1"]["OpenAmounts"] == found["order-flow/O2"]["OpenAmounts"] == [10]


@told(
    [
        placed("a", O1, amount=("10", "EUR")),
        handed("h", P1, D1, amount=("4", "EUR")),
        linking("l", P1, O1),
        linking("m", D1, O1),
    ]
)
def test_a_span_that_two_joined_entities_lead_to_one_root_counts_once(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"a": 1, "h": 3}


@told(
    [
        placed("a", O1, amount=("10", "EUR")),
        placed("b", O2, amount=("10", "EUR")),
        handed("h", P1, D1, amount=("4", "EUR")),
        linking("l", P1, O1),
        linking("m", D1, O2),
    ]
)
def test_a_span_that_two_joined_entities_lead_to_two_roots_gives_neither_its_amount(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"a": 1, "h": 3}
    assert found.rules("order-flow/O2") == {"b": 1, "h": 3}
    assert found["order-flow/O1"]["OpenAmounts"] == found["order-flow/O2"]["OpenAmounts"] == [10]


@told([handed("h", P1), linking("l", P1, P2, O1, O2)])
def test_many_to_many_without_an_allocation_links_nothing(found: Found) -> None:
    assert found.keys == set()


@told([handed("h", P1), linking("l", P1, P2, O1, O2, allocations=(("order", "O1", "1"), ("order", "O2", "2")))])
def test_many_to_many_with_an_allocation_links(found: Found) -> None:
    assert found.rules("order-flow/O1") == found.rules("order-flow/O2") == {"h": 3}


@told([handed("h", P1), handed("i", P2), linking("l", P1, P2, O1)])
def test_one_root_links_to_each_of_several(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"h": 3, "i": 3}


@told([handed("h", ("delivery", "N/A")), linking("l", ("delivery", "N/A"), O1), linking("m", ("delivery", "N/A"), O2)])
def test_a_placeholder_links_nothing(found: Found) -> None:
    assert found.keys == set()
    assert found.orphans() == {"h": "no_entity"}


@told(
    [
        placed("p", ("order", "0"), ("order", "")),
        handed("k", transaction="order-flow/0"),
        handed("e", transaction="order-flow/"),
        handed("h", P1),
        linking("l", P1, ("order", "0")),
    ]
)
def test_placeholders_and_empty_ids_are_no_roots(found: Found) -> None:
    assert found.keys == set()
    assert found.orphans() == {"p": "no_entity", "k": "no_entity", "e": "no_entity", "h": "no_link"}


@told(
    [
        *(linking(f"l{number}", D1, ("order", f"X{number}")) for number in range(300)),
        *(linking(f"m{number}", D2, ("parcel", f"Q{number}")) for number in range(300)),
        linking("n", D2, O3),
        handed("h", D1),
        handed("i", ("parcel", "Q7")),
    ]
)
def test_a_hub_reaches_each_of_its_many(found: Found) -> None:
    assert len(found.keys) == 301
    assert found.rules("order-flow/X299") == {"h": 3}
    assert found.rules("order-flow/O3") == {"i": 3}


@told(
    [placed("a", O1), placed("b", O2), handed("h", P1), linking("l", P1, O1)],
    [linking("l", P1, O2, duration_ns=1_000)],
)
def test_a_link_whose_span_has_a_better_copy_leads_nowhere(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"a": 1}
    assert found.rules("order-flow/O2") == {"b": 1, "h": 3}


@told(
    [linking("far", P1, D1), linking("near", D1, O1), handed("h", P1)],
    [linking("near", O1, duration_ns=1_000)],
)
def test_a_span_whose_link_is_lost_is_an_orphan_again(found: Found) -> None:
    assert found.keys == set()
    assert found.orphans() == {"h": "no_link"}


@told(
    [placed("p", O2, trace="t"), handed("h", P1, trace="t", parent="p"), linking("l", P1, O1)],
    [linking("l", O1, duration_ns=1_000)],
)
def test_a_span_whose_link_is_lost_inherits_again(found: Found) -> None:
    assert found.keys == {"order-flow/O2"}
    assert found.rules("order-flow/O2") == {"p": 1, "h": 4}
