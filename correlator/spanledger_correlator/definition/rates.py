"""Exchange rates that the user supplies: `rates.csv` beside the definitions, `date,from,to,rate`, a rate a line.

    date,from,to,rate
    2026-03-31,USD,EUR,0.9246

One `from` is `rate` of `to` on that day. The other direction is a line of its own: inverses are not guessed, as tables
of buying and selling rates differ by more than rounding.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from spanledger_correlator.definition.amounts import CURRENCIES
from spanledger_correlator.definition.errors import Mistake, did_you_mean
from spanledger_correlator.definition.model import Rate

FILE_NAME: Final = "rates.csv"
COLUMNS: Final = ("date", "from", "to", "rate")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_RATE = re.compile(r"\d{1,18}(\.\d{1,12})?", re.ASCII)
"""What the store keeps: 18 digits and 12 decimals."""


def read_rates(path: Path, mistakes: list[Mistake]) -> list[Rate]:
    """The rates of a file. What is wrong with it is added to `mistakes`, with its line."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(Mistake(str(path), 1, f"the file cannot be read: {error}", "Save it as UTF-8."))
        return []
    rows = csv.reader(text.splitlines())
    header = [name.strip() for name in next(rows, [])]
    if tuple(header) != COLUMNS:
        what = f"the first line is not `{','.join(COLUMNS)}`"
        mistakes.append(Mistake(str(path), 1, what, f"Write `{','.join(COLUMNS)}`, then a rate a line."))
        return []
    found: dict[tuple[date, str, str], tuple[int, Rate]] = {}
    for cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        line = rows.line_num
        rate = _read_rate([cell.strip() for cell in cells], str(path), line, mistakes)
        if rate is None:
            continue
        first, _ = found.setdefault((rate.day, rate.source, rate.target), (line, rate))
        if first != line:
            what = f"the rate of {rate.source} in {rate.target} on {rate.day} stands on line {first} already"
            mistakes.append(Mistake(str(path), line, what, "Keep one."))
    return [rate for _, rate in found.values()]


def disagreements(files: Iterable[tuple[Path, list[Rate]]]) -> Iterable[Mistake]:
    """A rate that two files state: told of the later file."""
    seen: dict[tuple[date, str, str], Path] = {}
    for path, rates in files:
        for rate in rates:
            key = (rate.day, rate.source, rate.target)
            if seen.setdefault(key, path) != path:
                what = f"the rate of {rate.source} in {rate.target} on {rate.day} stands in {seen[key]} already"
                yield Mistake(str(path), 1, what, "Keep it in one file.")


def _read_rate(cells: list[str], path: str, line: int, mistakes: list[Mistake]) -> Rate | None:
    def fault(what: str, hint: str) -> None:
        mistakes.append(Mistake(path, line, what, hint))

    if len(cells) != len(COLUMNS):
        fault(f"{len(cells)} values instead of {len(COLUMNS)}", "Write `2026-03-31,USD,EUR,0.9246`.")
        return None
    written, source, target, number = cells
    before = len(mistakes)
    day = _day(written)
    if day is None:
        fault(f"`{written}` is no date", "Write `2026-03-31`.")
    for currency in (source, target):
        if currency not in CURRENCIES:
            fault(f"`{currency}` is no ISO 4217 currency", did_you_mean(currency.upper(), sorted(CURRENCIES)))
    if source == target:
        fault(f"a rate of {source} in itself", "Name two currencies.")
    if not _RATE.fullmatch(number) or not Decimal(number):
        hint = "Write a decimal above 0 with a point and up to 12 decimals: `0.9246`."
        fault(f"`{number}` is no rate", hint)
    return Rate(day, source, target, Decimal(number)) if day and len(mistakes) == before else None


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if _DAY.fullmatch(written) else None
    except ValueError:
        return None
