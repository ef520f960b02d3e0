"""What counts of the copies of a span, and when it happened (DESIGN section 3, "Identity")."""

from __future__ import annotations

import uuid

import pytest

from .order_flow import DEFINITIONS
from .span_rows import EPOCH, STORED, SpanRow
from .telling import Found, told

__all__ = ["DEFINITIONS"]

O1, O2, O3 = ("order", "O1"), ("order", "O2"), ("order", "O3")
P1 = ("parcel", "P1")
MS = 1_000_000
STORED_AT = (STORED - EPOCH).total_seconds() / 60


def placed(name: str, *entities: tuple[str, str], **more: object) -> SpanRow:
    return SpanRow(name, "order.placed", 0, entities).having(**more)


def handed(name: str, *entities: tuple[str, str], **more: object) -> SpanRow:
    return SpanRow(name, "parcel.handed", 10, entities, process="order-flow").having(**more)


def content_hash(span: SpanRow) -> int:
    return int(span.columns(uuid.uuid4())["ContentHash"])


TWINS = sorted((placed("a", O1), placed("a", O2)), key=content_hash)
LESS, MORE = TWINS


@told([placed("a", O1)], [placed("a", O2, duration_ns=MS)])
def test_of_differing_copies_the_later_end_counts(found: Found) -> None:
    assert found.keys == {"order-flow/O2"}


@told([placed("a", O2, duration_ns=MS)], [placed("a", O1)])
def test_the_later_end_counts_also_when_it_arrives_first(found: Found) -> None:
    assert found.keys == {"order-flow/O2"}


@told([placed("a", O2, duration_ns=MS), placed("a", O1)])
def test_the_later_end_counts_within_one_commit(found: Found) -> None:
    assert found.keys == {"order-flow/O2"}


@pytest.mark.parametrize(
    "commits", [pytest.param(0, marks=told([LESS], [MORE])), pytest.param(1, marks=told([MORE], [LESS]))]
)
def test_of_equal_ends_the_larger_content_hash_counts(found: Found, commits: int) -> None:
    assert found.keys == {f"order-flow/{MORE.entities[0][1]}"}


@told([placed("a", O1)], [placed("a", O1)], [placed("a", O1), placed("a", O1)])
def test_identical_copies_are_one_span(found: Found) -> None:
    assert found.step("order-flow/O1", "order.placed")["attempts"] == 1


@told([handed("a", transaction="order-flow/O1")], [handed("a", transaction="order-flow/O2", duration_ns=MS)])
def test_a_copy_that_counts_no_more_takes_its_key_with_it(found: Found) -> None:
    assert found.keys == {"order-flow/O2"}


@told(
    [handed("k", trace="t", transaction="order-flow/O1"), handed("h", trace="t", parent="k")],
    [handed("k", trace="t", duration_ns=MS)],
)
def test_a_copy_that_counts_no_more_has_nothing_to_give(found: Found) -> None:
    assert found.keys == set()
    assert found.orphans() == {"k": "no_entity", "h": "no_entity"}


@told([handed("a")], [handed("a", O1, duration_ns=MS)])
def test_an_orphan_whose_better_copy_names_a_root_is_none(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"a": 1}
    assert found.orphans() == {}


@told([handed("a", O1)], [handed("a", duration_ns=MS)])
def test_a_span_whose_better_copy_names_nothing_is_an_orphan(found: Found) -> None:
    assert found.keys == set()
    assert found.orphans() == {"a": "no_entity"}


@told(
    [handed("a", P1, trace="t"), placed("b", O1, trace="t")], [SpanRow("a", "", 10, (P1,), trace="t", duration_ns=MS)]
)
def test_an_orphan_whose_better_copy_is_no_step_is_none(found: Found) -> None:
    assert found.rules("order-flow/O1") == {"b": 1}
    assert found.orphans() == {}


@told(
    [
        placed("a", O1, tenant="one"),
        placed("a", O1, tenant="two"),
        SpanRow("l", "", 5, (P1, O2), tenant="one"),
        SpanRow("l", "", 5, (P1, O2), tenant="two"),
        handed("h", P1, tenant="one"),
        handed("h", P1, tenant="two"),
        SpanRow("s", "", 5, (O2,), aliases=(("order", "O9"),), tenant="one"),
        SpanRow("s", "", 5, (O2,), aliases=(("order", "O9"),), tenant="two"),
        placed("n", ("order", "O9"), tenant="two"),
    ],
    [
        placed("a", O3, duration_ns=MS, tenant="one"),
        SpanRow("l", "", 5, (O2,), duration_ns=MS, tenant="one"),
        handed("h", duration_ns=MS, tenant="one"),
        SpanRow("s", "", 5, (O2,), duration_ns=MS, tenant="one"),
    ],
)
def test_a_copy_that_counts_no_more_in_one_tenant_counts_in_another(found: Found) -> None:
    one, two = (Found(found.ledger, f"{found.tenant}-{name}") for name in ("one", "two"))
    assert one.keys == {"order-flow/O3"}
    assert one.orphans() == {"h": "no_entity"}
    assert two.rules("order-flow/O1") == {"a": 1}
    assert two.rules("order-flow/O9") == {"h": 3, "n": 1}


@told([placed("a", O1, at=STORED_AT + 90), handed("b", O1, at=STORED_AT - 1)])
def test_a_date_in_the_future_counts_as_the_moment_of_storing(found: Found) -> None:
    assert found.step("order-flow/O1", "order.placed")["first"] == STORED_AT
    assert found["order-flow/O1"]["LastActivityAt"] == STORED_AT


@told([placed("a", O1, at=-41_000_000), handed("b", O1, at=-40_999_999)])
def test_a_ledger_of_1948_is_as_good_as_any(found: Found) -> None:
    assert found["order-flow/O1"]["StartedAt"] == -41_000_000
    assert found.step("order-flow/O1", "parcel.handed")["first"] == -40_999_999


@told([SpanRow("a", "order.placed", 0, (("order", "Ä'\"\\\n\t{x:String}%s/Ω"),), attributes=(("order", "k'\\", "v"),))])
def test_an_id_may_hold_anything(found: Found) -> None:
    assert found.keys == {"order-flow/Ä'\"\\\n\t{x:String}%s/Ω"}
