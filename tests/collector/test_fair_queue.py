"""Lines take turns: whoever floods waits behind itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spanledger_collector.door import Checked
from spanledger_collector.fair_queue import FairQueue, Waiting
from spanledger_collector.responses import Encoding

ENCODINGS: list[Encoding] = ["protobuf", "json"]


def waiting(tenant: str, size: int = 10, encoding: Encoding = "protobuf") -> Waiting:
    """A request of so many bytes."""
    return Waiting(tenant, Checked(encoding, (bytes(size),), 1))


def test_tenants_take_turns() -> None:
    queue = FairQueue()
    for _ in range(5):
        queue.put(waiting("loud"))
    queue.put(waiting("quiet"))
    queue.put(waiting("other"))
    assert [one.tenant for one in queue.take(40)] == ["loud", "quiet", "other", "loud"]
    assert [one.tenant for one in queue.take(1000)] == ["loud", "loud", "loud"]
    assert (len(queue), queue.bytes, queue.oldest) == (0, 0, None)


def test_whose_turn_was_last_is_last_in_the_next_group() -> None:
    queue = FairQueue()
    for tenant in ("a", "b", "a", "b"):
        queue.put(waiting(tenant))
    assert [one.tenant for one in queue.take(10)] == ["a"]
    assert [one.tenant for one in queue.take(10)] == ["b"]


def test_a_request_that_is_larger_than_a_group_is_a_group() -> None:
    queue = FairQueue()
    queue.put(waiting("a", 500))
    queue.put(waiting("b"))
    assert [one.tenant for one in queue.take(100)] == ["a"]


SENT = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 50), st.sampled_from(ENCODINGS)), max_size=60)


@given(sent=SENT, most=st.integers(1, 120))
def test_everyone_is_taken_once_in_its_tenants_order(sent: list[tuple[str, int, Encoding]], most: int) -> None:
    queue = FairQueue()
    given_ones = [waiting(*one) for one in sent]
    for one in given_ones:
        queue.put(one)
    taken: list[Waiting] = []
    while len(queue):
        left = [one for one in given_ones if one not in taken]
        assert queue.bytes == sum(one.size for one in left)
        group = queue.take(most)
        assert group
        (encoding,) = {one.request.encoding for one in group}
        assert len(group) == 1 or sum(one.size for one in group) <= most
        # Nobody has a second turn in a group before everyone who could go along has had one.
        could = {one.tenant for one in left if one.request.encoding == encoding}
        first_turns = [one.tenant for one in group[: len(could)]]
        assert len(set(first_turns)) == len(first_turns)
        taken += group
    assert sorted(map(id, taken)) == sorted(map(id, given_ones))
    for line in {(one.tenant, one.request.encoding) for one in given_ones}:
        in_line = [one for one in given_ones if (one.tenant, one.request.encoding) == line]
        assert [one for one in taken if (one.tenant, one.request.encoding) == line] == in_line
