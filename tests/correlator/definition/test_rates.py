"""A table of exchange rates: what it says, and how a mistake in it is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from spanledger_correlator.definition.loading import load_definitions
from spanledger_correlator.definition.model import Rate
from spanledger_store.errors import DefinitionInvalid

HEADER = "date,from,to,rate\n"


def load(folder: Path, text: str) -> tuple[Rate, ...]:
    (folder / "rates.csv").write_text(text)
    return load_definitions([folder], pack=False).rates


def test_a_rate_a_line(tmp_path: Path) -> None:
    rates = load(tmp_path, f"\ufeff{HEADER}2026-03-31,USD,EUR,0.9246\n\n2026-03-31, GBP, EUR, 1.187300000001\r\n")
    assert rates == (
        Rate(date(2026, 3, 31), "USD", "EUR", Decimal("0.9246")),
        Rate(date(2026, 3, 31), "GBP", "EUR", Decimal("1.187300000001")),
    )


def test_without_a_table_there_are_none(tmp_path: Path) -> None:
    assert load_definitions([tmp_path], pack=False).rates == ()


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", 1, "the first line is not `date,from,to,rate`"),
        ("day,from,to,rate\n", 1, "the first line is not"),
        (HEADER + "2026-03-31,USD,EUR\n", 2, "3 values instead of 4"),
        (HEADER + "\n31.03.2026,USD,EUR,0.9\n", 3, "`31.03.2026` is no date"),
        (HEADER + "2026-02-30,USD,EUR,0.9\n", 2, "`2026-02-30` is no date"),
        (HEADER + "2026-03-31,USDD,EUR,0.9\n", 2, "`USDD` is no ISO 4217 currency. Did you mean `USD`?"),
        (HEADER + "2026-03-31,EUR,EUR,1\n", 2, "a rate of EUR in itself"),
        (HEADER + "2026-03-31,USD,EUR,0\n", 2, "`0` is no rate"),
        (HEADER + '2026-03-31,USD,EUR,"0,92"\n', 2, "`0,92` is no rate"),
        (HEADER + "2026-03-31,USD,EUR,1.1234567890123\n", 2, "is no rate"),
        (HEADER + "2026-03-31,USD,EUR,0.9\n2026-03-31,USD,EUR,0.91\n", 3, "on 2026-03-31 stands on line 2 already"),
    ],
)
def test_a_mistake_is_refused_with_its_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        load(tmp_path, text)
    assert f"rates.csv:{line}: " in str(refused.value)
    assert what in f"{refused.value} {refused.value.hint}"


def test_two_folders_may_not_state_the_same_rate(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        (folder / "rates.csv").write_text(f"{HEADER}2026-03-31,USD,EUR,0.9\n")
    with pytest.raises(DefinitionInvalid, match="Keep it in one file"):
        load_definitions(folders, pack=False)
