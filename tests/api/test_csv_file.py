"""CSV that reads back as it was, and does nothing in a spreadsheet."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanledger_api.lists.csv_file import cell, document

# A carriage return inside a quoted field is kept by RFC 4180; csv.reader reads it back only from an unmodified stream.
texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(st.tuples(texts, texts)))
def test_every_text_reads_back(rows: list[tuple[str, str]]) -> None:
    written = document(["a", "b"], [{"a": first, "b": second} for first, second in rows])
    read = list(csv.reader(io.StringIO(written, newline=""), strict=True))
    assert read == [["a", "b"], *([cell(first), cell(second)] for first, second in rows)]


@given(texts)
def test_no_cell_begins_like_a_formula_and_nothing_else_is_changed(text: str) -> None:
    shown = cell(text)
    assert not shown.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert shown.removeprefix("'") == text.replace("\x00", "\ufffd") or text.startswith("'")


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 30 1", "-x", "@SUM(A1)", "\t=1", "\r=1", "  =1", '=HYPERLINK("x")', "\uff1d1"]
)
def test_formulas_are_shown_as_text(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_numbers_stay_numbers() -> None:
    assert [cell(value) for value in (Decimal("-5.10"), Decimal("1E+3"), -3, 0, None, "")] == [
        "-5.10",
        "1000",
        "-3",
        "0",
        "",
        "",
    ]


def test_lines_end_as_rfc_4180_says_and_quotes_are_doubled() -> None:
    written = document(["text", "number"], [{"text": 'a "b", c\nd', "number": 1}])
    assert written == 'text,number\r\n"a ""b"", c\nd",1\r\n'
