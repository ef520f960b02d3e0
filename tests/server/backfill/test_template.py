from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from spanledger_server.backfill.template import Column, ColumnTemplate, Template, slug

COLUMNS: dict[str, Column] = {
    "doc": ["1", "2", None, " "],
    "item": ["10", None, "30", "40"],
    "what": ["Clear Invoice", "", "x", "SRM: Ä!"],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sap", ["sap"] * 4),
        ("{doc}", ["1", "2", None, None]),
        ("PO-{doc}", ["PO-1", "PO-2", None, None]),
        ("{doc}_{item}", ["1_10", None, None, None]),
        ("<{doc}/{item}>", ["<1/10>", None, None, None]),
        ("{what|slug}", ["clear_invoice", None, "x", "srm"]),
        ("{what|upper}", ["CLEAR INVOICE", None, "X", "SRM: Ä!"]),
    ],
)
def test_renders_a_whole_column_and_nothing_for_a_missing_part(text: str, expected: list[str | None]) -> None:
    assert list(Template(text).render(COLUMNS, 4)) == expected


def test_names_the_columns_it_reads() -> None:
    assert Template("{a}-{b|lower|strip}").columns == ("a", "b")


@pytest.mark.parametrize("text", ["{a", "a}", "{}", "{a|nope}", "{a}}"])
def test_refuses_a_brace_out_of_place_and_an_unknown_filter(text: str) -> None:
    with pytest.raises(ValueError, match=r"brace|filter"):
        Template(text)


def test_an_id_that_reads_no_column_is_refused_with_what_to_write() -> None:
    with pytest.raises(ValidationError, match=r"names no column.*Write `\{case_id\}`"):
        TypeAdapter(ColumnTemplate).validate_python("case_id")


def test_slug() -> None:
    assert slug("  SRM: In Transfer to Execution Syst. ") == "srm_in_transfer_to_execution_syst"


def test_cents_are_rounded_half_to_even_and_what_is_no_number_is_refused() -> None:
    texts: Column = ["26.85120450862128", "0.125", "20000", None]
    assert Template("{sum|cents}").render({"sum": texts}, 4) == ["26.85", "0.12", "20000.00", None]
    with pytest.raises(ValueError, match="`much` is no amount"):
        Template("{sum|cents}").render({"sum": ["much"]}, 1)
