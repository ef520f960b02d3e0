"""Which step spans belong to which transactions: rules 1 to 5 of DESIGN section 5, each by the smallest case."""

from __future__ import annotations

from datetime import timedelta

from .order_flow import DEFINITIONS
from .span_rows import STORED, SpanRow
from .telling import Found, told

__all__ = ["DEFINITIONS"]

O1, O2 = ("order", "O1"), ("order", "O2")
D1, D2 = ("delivery", "D1"), ("delivery", "D2")
P1 = ("parcel", "P1")
SOON = STORED + timedelta(minutes=59)


def placed(name: str, *entities: tuple[str, str], at: float = 0, **more: object) -> SpanRow:
    return SpanRow(name, "order.placed", at, entities).having(**more)


def handed(name: str, *entities: tuple[str, str], at: float = 10, **more: object) -> SpanRow:
    return SpanRow(name, "parcel.handed", at, entities).having(**more)


def linking(name: str, *entities: tuple[str, str], at: float = 5, **more: object) -> SpanRow:
    return SpanRow(name, "", at, entities).having(**more)


def technical(name: str, trace: str, parent: str = "") -> SpanRow:
    return SpanRow(name, "", 1, (), trace, parent)


@told([placed("a", O1, O2), placed("b", O1)])
def test_a_span_belongs_to_each_root_that_it_names(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"a": 1, "b": 1}
    assert found.rules("order-flow/O2") == {"a": 1}


@told([placed("a", O1, transaction="order-flow/O2")])
def test_a_named_root_comes_before_the_key(found: Found) -> None:
    assert found.keys == {"order-flow/O1"}


@told([handed("a", P1, transaction="order-flow/O1"), linking("l", P1, O2)])
def test_a_key_comes_before_links(found: Found) -> None:
    assert found.keys == {"order-flow/O1"}
    assert found.rules("order-flow/O1") == {"a": 2}


@told([handed("a", transaction="order-flow/O1"), handed("b", D1, transaction="order-flow/O1")])
def test_a_key_counts_for_its_own_process_only(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"a": 2, "b": 2}
    assert found.rules("delivery-care/D1") == {"b": 1}


@told([handed("a", D1, transaction="no-such-flow/O2"), handed("b", D1, transaction="O2"), linking("l", D1, O1)])
def test_a_key_of_an_unknown_process_or_of_none_is_no_key(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"a": 3, "b": 3}


@told([handed("a", transaction="order-flow/de/O1"), placed("b", ("order", "de/O1"))])
def test_an_id_in_a_key_may_hold_a_slash(found: Found) -> None:
    assert found.rules("order-flow/de/O1") == {"a": 2, "b": 1}


@told([handed("a", D1)], [linking("l", D1, O1)])
def test_a_span_that_waits_attaches_when_a_link_arrives(found: Found) -> None:
    member = found.members("order-flow/O1")["a"]
    assert (member.rule, member.key, member.carrier) == (3, "delivery:D1", "l")


@told(
    [
        placed("root", O1, trace="t"),
        placed("near", O2, trace="t", parent="root"),
        technical("call", "t", "near"),
        technical("inner", "t", "call"),
        handed("a", trace="t", parent="inner"),
    ]
)
def test_a_span_inherits_from_its_nearest_ancestor_through_technical_spans(found: Found) -> None:
    assert found.rules("order-flow/O2") == {"near": 1, "a": 4}
    assert found.members("order-flow/O2")["a"].carrier == "near"
    assert found.rules("order-flow/O1") == {"root": 1}


@told([handed("a", trace="t", parent="p"), placed("other", O2, trace="t"), placed("p", O1, trace="t")])
def test_an_ancestor_comes_before_the_rest_of_the_trace(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"p": 1, "a": 4}


@told(
    [placed("top", O1, trace="t"), handed("a", trace="t", parent="gap"), placed("o", O2, trace="t")],
    [technical("gap", "t", "top")],
)
def test_a_missing_ancestor_that_arrives_later_decides(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"top": 1, "a": 4}
    assert found.orphans() == {}


@told([placed("p", O1, O2, trace="t"), handed("a", trace="t", parent="p", amount=("5", "EUR"))])
def test_a_span_inherits_every_transaction_of_its_ancestor_but_no_amount(found: Found) -> None:
    assert found.rules("order-flow/O1") == found.rules("order-flow/O2") == {"p": 1, "a": 4}
    assert found["order-flow/O1"]["Amounts"] == []


@told([handed("h", D1, trace="t"), handed("a", trace="t", parent="h"), linking("l", D1, O1)])
def test_an_ancestor_that_a_link_attaches_has_something_to_give(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"h": 3, "a": 4}
    assert found.rules("delivery-care/D1") == {"h": 1, "a": 4}


@told(
    [
        placed("p", O1, trace="t"),
        placed("q", O2, trace="t", parent="p"),
        handed("x", trace="t", parent="p"),
        handed("y", trace="t", parent="x"),
    ]
)
def test_an_ancestor_without_a_root_of_its_own_is_climbed_past(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"p": 1, "x": 4, "y": 4}
    assert found.members("order-flow/O1")["y"].carrier == "p"


@told([placed("p", O1, trace="t"), handed("a", trace="t")])
def test_a_span_belongs_to_the_one_transaction_of_its_trace(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"p": 1, "a": 4}
    assert found.members("order-flow/O1")["a"].carrier == ""


@told([placed("p", O1, trace="t"), handed("a", trace="t")], [placed("q", O2, trace="t")])
def test_a_second_transaction_in_the_trace_makes_it_ambiguous(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"p": 1}
    assert found.orphans() == {"a": "ambiguous_trace"}


@told([handed("none"), handed("link", D2, process="order-flow"), placed("x", O1)])
def test_an_orphan_says_what_it_lacks_an_hour_after_storing(found: Found) -> None:
    assert found.orphans() == {"none": "no_entity", "link": "no_link"}
    assert found.orphans(SOON) == {}


@told([handed("a", D1)], [linking("l", D1, O1)])
def test_an_orphan_that_attaches_later_stops_being_one(found: Found) -> None:
    assert found.orphans() == {}


@told([handed("a", D1)])
def test_a_span_that_one_of_its_processes_takes_is_no_orphan(found: Found) -> None:
    assert found.keys == {"delivery-care/D1"}
    assert found.orphans() == {}


@told([handed("a", D1, process="delivery-care"), linking("l", D1, O1)])
def test_a_span_that_names_its_process_is_a_step_of_that_one_only(found: Found) -> None:
    assert found.keys == {"delivery-care/D1"}


@told([placed("a", O1, process="no-such-flow")])
def test_a_span_of_an_unknown_process_is_a_step_of_none(found: Found) -> None:
    assert found.keys == set()


@told(
    [
        placed("p", O1, trace="t"),
        SpanRow("call", "", 3, (), "t", "p", service="exporter", span_attributes={"http.route": "/orders"}),
        SpanRow("other", "", 4, (), "t", "p", service="exporter"),
        SpanRow("named", "", 5, (O1,), service="exporter", span_attributes={"http.route": "/orders"}),
        SpanRow("not", "", 6, (O1,), service="other", span_attributes={"http.route": "/orders"}),
    ]
)
def test_an_ordinary_span_becomes_the_first_step_whose_match_it_meets(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"p": 1, "call": 4, "other": 4, "named": 1}
    assert found.step("order-flow/O1", "order.exported")["attempts"] == 2
    assert found.step("order-flow/O1", "order.archived")["attempts"] == 1


@told([placed("p", O1, trace="t"), linking("l", O1, trace="t")])
def test_a_span_without_a_step_is_no_member(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"p": 1}


@told(
    [
        placed("p", O1, trace="t", tenant="a"),
        handed("h", trace="t", tenant="a"),
        placed("q", O1, trace="t", tenant="b"),
        handed("h", D1, trace="u", tenant="b"),
        linking("l", D1, O1, tenant="c"),
    ]
)
def test_tenants_with_equal_ids_and_traces_never_meet(found: Found) -> None:
    a, b, c = (Found(found.ledger, f"{found.tenant}-{name}") for name in "abc")
    assert a.rules("order-flow/O1") == {"p": 1, "h": 4}
    assert b.rules("order-flow/O1") == {"q": 1}
    assert c.keys == set()


@told([placed("a", O1), placed("b", O1)])
def test_equal_rows_are_separate_spans(found: Found) -> None:
    assert found.step("order-flow/O1", "order.placed")["attempts"] == 2


@told([placed("p", O1, O2, trace="t", parent="q"), technical("q", "t", "p"), handed("a", trace="t", parent="a")])
def test_parents_in_a_circle_end_a_climb(found: Found) -> None:
    assert found.orphans() == {"a": "ambiguous_trace"}


@told(
    [
        placed("p", O1, trace="t"),
        placed("q", O2, trace="t"),
        technical("c0", "t", "p"),
        *(technical(f"c{number}", "t", f"c{number - 1}") for number in range(1, 90)),
        handed("a", trace="t", parent="c89"),
    ]
)
def test_an_ancestor_may_be_far(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"p": 1, "a": 4}


@told(
    [placed("p", O1, trace="t"), handed("a", D1, trace="t", parent="p")],
    [linking("l", D1, O2)],
)
def test_a_link_takes_a_span_away_from_the_transaction_that_it_inherited(found: Found) -> None:
    assert found.rules("order-flow/O2") == {"a": 3}
    assert found.rules("order-flow/O1") == {"p": 1}
