"""The made pages of docs/ say what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanledger_server.reference import pages

_DOCS = Path(__file__).parents[2] / "docs"


def test_a_process_that_left_the_pack_leaves_no_page() -> None:
    present = {f"processes/{path.name}" for path in (_DOCS / "processes").iterdir()}
    assert present == {name for name in pages() if name.startswith("processes/")}


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_made_page_is_up_to_date(name: str) -> None:
    committed = (_DOCS / name).read_text(encoding="utf-8")
    assert committed == pages()[name], "run `make docs`"
