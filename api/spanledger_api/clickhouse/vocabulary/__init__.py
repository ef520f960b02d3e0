"""The words that a query may use, in files beside this one: functions, keywords, formats."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal


@cache
def words_of(name: Literal["functions", "keywords", "formats"]) -> frozenset[str]:
    """The words of a file, whose comments and headings are none."""
    text = (resources.files("spanledger_api.clickhouse.vocabulary") / f"{name}.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith(("#", "[")))
    return frozenset(word for line in lines for word in line.split())
