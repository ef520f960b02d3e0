"""Files of control totals: what they say, and what is refused."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from spanledger_correlator.totals_file import COLUMNS, ControlTotal, TotalsInvalid, read_totals

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reconciliation.md").read_text(encoding="utf-8")
HEADER = "system,step,entity_type,period,legal_entity,count,amount,currency\n"


def test_a_line_is_a_total() -> None:
    text = HEADER + '\nerp,invoice.posted,,2026-10,"DE01",1204,48200.50,EUR\n'
    assert read_totals(text, "t.csv", "acme") == [
        ControlTotal(
            "erp", "invoice.posted", "", "2026-10", "UTC", "DE01", "EUR", 1204, Decimal("48200.50"), "", "t.csv", 3
        )
    ]


def test_the_example_and_the_page_know_the_columns() -> None:
    example = ROOT / "examples" / "totals" / "erp-totals.csv"
    assert len(read_totals(example.read_text(encoding="utf-8"), example.name, "default")) == 2
    assert re.findall(r"^\| `(\w+)` \|", PAGE.split("## Control totals")[1], re.MULTILINE) == list(COLUMNS)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("systm,period\n", "t.csv:1: there is no column `systm`. Did you mean `system`?"),
        ("system,count\n", "t.csv:1: there is no column `period`."),
        (HEADER, "t.csv:1: the file holds no total."),
        (HEADER + "erp,invoice.posted,,2026-13,,1,,\n", "t.csv:2: `2026-13` is no period. Write a month"),
        (HEADER + "erp,invoice.posted,,Okt 26,,1,,\n", "t.csv:2: `Okt 26` is no period."),
        (HEADER + "erp,invoice.posted,,2026-10,,1.204,,\n", "t.csv:2: `1.204` is no count. Write digits alone"),
        (HEADER + "erp,invoice.posted,,2026-10,,,12,\n", "t.csv:2: amount and currency go together."),
        (HEADER + "erp,invoice.posted,,2026-10,,,12,eur\n", "t.csv:2: `eur` is no ISO 4217 currency."),
        (HEADER + "erp,invoice.posted,,2026-10,,,1e3,EUR\n", "t.csv:2: `1e3` is no amount."),
        (HEADER + "erp,invoice.posted,,2026-10,,,,\n", "t.csv:2: a total has neither count nor amount."),
        (HEADER + "erp,invoice.posted,invoice,2026-10,,1,,\n", "t.csv:2: a total is of one step or of one entity type"),
        (HEADER + "erp,,invoice,2026-10,,,1,EUR\n", "t.csv:2: an amount belongs to a step, not to an entity type."),
        (HEADER + "erp,Invoice,,2026-10,,1,,\n", "t.csv:2: `Invoice` is no step."),
        (HEADER + "erp,invoice.posted,,2026-10,,1\n", "t.csv:2: the line has 6 values for 8 columns."),
        ("tenant,step,period,count\nelse,invoice.posted,2026-10,1\n", "t.csv:2: the line is of the tenant `else`"),
        (HEADER + "erp,a.b,,2026-10,,1,,\nerp,a.b,,2026-10,,2,,\n", "t.csv:3: line 2 speaks of the same."),
    ],
)
def test_a_mistake_is_told_with_file_and_line(text: str, refusal: str) -> None:
    with pytest.raises(TotalsInvalid) as refused:
        read_totals(text, "t.csv", "acme")
    assert refusal in refused.value.message
