"""The bytes in flight never pass their limit, are shared fairly, and come back when a request is answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanledger_collector.in_flight import InFlight, Share
from spanledger_collector.refusals import Overloaded


@contextmanager
def share_of(whole: InFlight, tenant: str) -> Iterator[Share]:
    """A request's part, given back in the end."""
    share = whole.share(tenant)
    try:
        yield share
    finally:
        share.give_back()


def test_shares_come_back() -> None:
    whole = InFlight(100)
    with share_of(whole, "a") as first, share_of(whole, "b") as second:
        first.add(60)
        with pytest.raises(Overloaded, match="limit of 100"):
            second.add(41)
        second.add(40)
        assert whole.bytes == 100
        assert whole.by_tenant() == {"a": 60, "b": 40}
    assert whole.bytes == 0
    assert whole.by_tenant() == {}


def test_a_share_comes_back_after_an_error() -> None:
    whole = InFlight(100)
    with share_of(whole, "a") as first:
        first.add(60)
        with pytest.raises(Overloaded), share_of(whole, "b") as second:
            second.add(41)
        assert whole.bytes == 60
    assert whole.bytes == 0


def test_a_tenant_alone_leaves_room_for_the_next_one() -> None:
    whole = InFlight(100)
    with ExitStack() as requests:
        for _ in range(7):
            requests.enter_context(share_of(whole, "loud")).add(10)
        with pytest.raises(Overloaded, match="share of 75"):
            requests.enter_context(share_of(whole, "loud")).add(10)
        requests.enter_context(share_of(whole, "quiet")).add(30)


def test_a_tenant_that_holds_more_than_its_share_waits_until_it_holds_less() -> None:
    whole = InFlight(100)
    with ExitStack() as quiet, ExitStack() as loud:
        for _ in range(7):
            loud.enter_context(share_of(whole, "loud")).add(10)
        quiet.enter_context(share_of(whole, "quiet")).add(10)
        with pytest.raises(Overloaded, match="share of 50"):
            loud.enter_context(share_of(whole, "loud")).add(10)
        loud.close()
        for _ in range(5):
            loud.enter_context(share_of(whole, "loud")).add(10)
        with pytest.raises(Overloaded, match="share of 50"):
            loud.enter_context(share_of(whole, "loud")).add(10)


def test_the_largest_request_of_a_quiet_tenant_is_taken_whole() -> None:
    whole = InFlight(100)
    with share_of(whole, "loud") as loud, share_of(whole, "quiet") as quiet:
        loud.add(20)
        for _ in range(8):
            quiet.add(10)
        assert whole.bytes == 100


REQUESTS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 60)), max_size=40)


@given(requests=REQUESTS, answered=st.lists(st.integers(0, 39), max_size=40))
def test_whatever_comes_the_limit_holds_and_everything_comes_back(
    requests: list[tuple[str, int]], answered: list[int]
) -> None:
    whole = InFlight(100)
    held: list[ExitStack] = []
    for (tenant, size), index in zip(requests, answered + [40] * 40, strict=False):
        stack = ExitStack()
        share = stack.enter_context(share_of(whole, tenant))
        quiet = tenant not in whole.by_tenant()
        room = 100 - whole.bytes
        try:
            share.add(size)
        except Overloaded:
            assert not (quiet and size <= room), "who holds nothing is let in while there is room"
            stack.close()
        else:
            held.append(stack)
        assert whole.bytes == sum(whole.by_tenant().values()) <= 100
        if index < len(held):
            held.pop(index).close()
    for stack in held:
        stack.close()
    assert whole.by_tenant() == {}
