"""Derived ids are pinned: a change would make every back-filled span a second one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spanledger._internal.identity import RandomIds, of_event

PARTS = st.tuples(st.text(max_size=5), st.text(max_size=5), st.text(max_size=5), st.text(max_size=5))


def test_the_derivation_is_pinned() -> None:
    trace_id, span_id = of_event("netsuite", "", "evt-1", "invoice.posted")
    assert f"{trace_id:032x}" == "0f90ac699d22020357c38bfb849f8c8c"
    assert f"{span_id:016x}" == "3b578f8140a35f48"


@given(PARTS, PARTS)
def test_other_events_have_other_ids(one: tuple[str, str, str, str], other: tuple[str, str, str, str]) -> None:
    assert (of_event(*one)[1] == of_event(*other)[1]) == (one == other)
    assert (of_event(*one)[0] == of_event(*other)[0]) == (one[:3] == other[:3])


def test_random_ids_fit() -> None:
    ids = RandomIds()
    assert 0 < ids.trace_id() < 2**128
    assert 0 < ids.span_id() < 2**64
