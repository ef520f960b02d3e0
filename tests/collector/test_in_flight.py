"""The bytes in flight never pass their limit, and come back when a request is answered."""

from __future__ import annotations

import pytest

from spanledger_collector.in_flight import InFlight
from spanledger_collector.refusals import Overloaded


def test_shares_come_back() -> None:
    whole = InFlight(100)
    with whole.share() as first, whole.share() as second:
        first.add(60)
        with pytest.raises(Overloaded, match="limit of 100"):
            second.add(41)
        second.add(40)
        assert whole.bytes == 100
    assert whole.bytes == 0


def test_a_share_comes_back_after_an_error() -> None:
    whole = InFlight(100)
    with whole.share() as first:
        first.add(60)
        with pytest.raises(Overloaded), whole.share() as second:
            second.add(41)
        assert whole.bytes == 60
    assert whole.bytes == 0
