"""Conclusions from counts, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from spanledger_correlator.discover import propose
from spanledger_correlator.discover.observed import Neighbour, StepCounts

PAYMENT = Neighbour("payment", "invoice", ids=100, singles=90, most=3, nears=100, several=20, alone=5, own_steps=True)


def step(name: str, roots: int = 100, ends: int = 0, begins: int = 0, repeated: int = 0) -> StepCounts:
    return StepCounts(name, roots, repeated, roots, 0, begins, ends, {"erp": roots}, {})


@pytest.mark.parametrize(
    ("changes", "joins"),
    [
        ({}, True),
        ({"singles": 79}, False),
        ({"singles": 80}, True),
        ({"alone": 0}, True),
        ({"alone": 0, "own_steps": False}, False),
        ({"alone": 0, "several": 0}, False),
        ({"several": 0}, True),
    ],
    ids=[
        "a payment",
        "too many of its ids are shared",
        "just few enough",
        "steps of its own, and parts of the root",
        "neither spans nor steps of its own",
        "steps of its own, and the root a part of it",
        "spans of its own, whatever is part of what",
    ],
)
def test_which_types_identify_the_transaction(changes: dict[str, Any], joins: bool) -> None:
    assert propose.joins(replace(PAYMENT, **changes)) is joins


def test_a_rare_step_stands_where_it_comes_and_not_in_the_middle() -> None:
    steps = [step("b"), step("c"), step("a", roots=1), step("never", roots=0)]
    pairs = {("a", "b"): (1, 0), ("b", "c"): (60, 40)}
    assert [one.name for one in propose.in_order(steps, pairs)] == ["a", "b", "c"]


def test_of_steps_that_no_order_tells_apart_the_more_frequent_comes_first() -> None:
    assert [one.name for one in propose.in_order([step("a", 5), step("b", 6)], {("a", "b"): (2, 2)})] == ["b", "a"]


def test_the_process_begins_and_ends_where_most_transactions_do() -> None:
    order = [step("a", begins=40), step("b", begins=60, ends=10), step("c", ends=45), step("d", ends=45)]
    assert propose.start_of(order) == "b"
    assert propose.end_of(order) == "d"


def test_required_is_what_the_finished_ones_have_and_what_begins() -> None:
    order = [step("a"), step("b"), step("c"), step("d")]
    shape = propose.shape_of(order, "a", "d", {"a": 10, "b": 95, "c": 94, "d": 100})
    assert shape.required == {"a", "b", "d"}
    assert shape.anchors() == [("a", "b"), ("b", "c"), ("b", "d")]


def test_what_breaks_off_is_not_required_and_not_rare() -> None:
    order = [step("a"), step("b", roots=50), step("c", roots=19), step("d")]
    shape = propose.shape_of(order, "a", "d", {"a": 100, "d": 100})
    assert propose.breaking_off(shape, {"a": 100, "b": 40, "c": 19}) == [order[1]]
    assert propose.breaking_off(shape, {"b": 39}) == []


def test_one_in_a_hundred_that_repeats_makes_many() -> None:
    order = [step("a", repeated=1), step("b", roots=1000, repeated=9), step("c", roots=0)]
    shape = propose.shape_of(order, "a", "b", {"a": 100, "b": 100})
    assert [one.many for one in propose.steps_of(shape, {})] == [True, False, False]
