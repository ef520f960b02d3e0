"""The benchmark's figures in its README."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.end_to_end import machine
from benchmarks.end_to_end.figures import README, Figures, update

FIGURES: Figures = {
    **machine.facts(),
    "quick": False,
    "load_average_before": 0.1,
    "spans_per_second_end_to_end": 51_234,
    "visible_delay_p95_ms_at_25000_spans_per_second": 900,
    "stuck_query_p95_ms_at_100k_open": 48.5,
}


def test_the_readme_takes_the_figures_and_takes_them_again(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(README.read_text(encoding="utf-8"), encoding="utf-8")
    update(readme, FIGURES | {"spans_per_second_end_to_end": 1})
    update(readme, FIGURES)
    text = readme.read_text(encoding="utf-8")
    assert "| end to end: sent → committed → transaction visible | 51,234 spans/s | 50,000 |" in text
    assert "| the same, p95, at 25,000 spans/s | 900 ms |  |" in text
    assert "| stuck query, first page, p95, 100,000 open | 48.5 ms | 50 |" in text
    assert text.count("| measured |") == 1
    assert text.endswith(README.read_text(encoding="utf-8").partition("<!-- end of figures -->")[2])


def test_a_readme_without_a_place_for_them_is_refused(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# Benchmarks\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="no place for the figures"):
        update(readme, FIGURES)
