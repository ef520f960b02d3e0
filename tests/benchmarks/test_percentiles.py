"""Percentiles by nearest rank."""

from __future__ import annotations

from benchmarks.end_to_end.percentiles import percentile


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert [percentile(values, percent) for percent in (0, 20, 50, 95, 100)] == [1.0, 1.0, 3.0, 5.0, 5.0]
    assert percentile([7.0], 50) == 7.0
