"""What `docs/sql.md` says of tables and columns is so, and its query is answered."""

from __future__ import annotations

import re
from pathlib import Path

from spanledger_api.clickhouse import tables

from .conftest import Door

PAGE = (Path(__file__).parents[3] / "docs" / "sql.md").read_text(encoding="utf-8")


def test_every_table_is_described_with_columns_that_there_are(door: Door) -> None:
    described = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, re.MULTILINE))
    assert sorted(described) == tables.readable()
    for table, text in described.items():
        columns = {row["name"] for row in door.rows(f"DESCRIBE TABLE {table}")}
        assert set(re.findall(r"`([A-Z]\w+)`", text)) <= columns


def test_its_query_is_answered(door: Door) -> None:
    (sql,) = re.findall(r'--data-binary \\\n  "(.*?)"', PAGE, re.DOTALL)
    assert door.rows(sql)
