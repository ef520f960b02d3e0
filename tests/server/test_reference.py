"""The made pages of docs/ say what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanledger_server.reference import pages

_DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["commands.md", "settings.md"])
def test_a_made_page_is_up_to_date(name: str) -> None:
    assert name in pages()
    committed = (_DOCS / name).read_text(encoding="utf-8")
    assert committed == pages()[name], "run `make docs`"
