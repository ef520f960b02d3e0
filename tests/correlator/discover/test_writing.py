"""How a proposal is written: durations that the definition loader reads, and never less than was observed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanledger_correlator.definition.durations import SECOND_NS, parse_duration
from spanledger_correlator.discover.writing import limit


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1s"),
        (0.2, "1s"),
        (119.5, "120s"),
        (121, "3m"),
        (7200, "120m"),
        (7201, "3h"),
        (72 * 3600, "72h"),
        (72 * 3600 + 1, "4 calendar days"),
        (86_400 * 30, "30 calendar days"),
    ],
)
def test_a_limit_is_rounded_up_to_a_unit_that_people_use(seconds: float, text: str) -> None:
    assert limit(seconds) == text


@settings(max_examples=30)
@given(st.floats(min_value=0, max_value=3e9))
def test_a_limit_is_read_as_no_less_than_what_was_observed(seconds: float) -> None:
    assert parse_duration(limit(seconds)) >= int(seconds * SECOND_NS)
