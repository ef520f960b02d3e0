"""A workbook that Excel, LibreOffice and Numbers open: the rows, and beside them what they are about.

Amounts are numbers, times are times (UTC), everything else is text and never a formula. A number of more than 15 digits
stands as text, because a spreadsheet would round it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from xlsxwriter import Workbook

from spanledger_api.lists.listing import Cell
from spanledger_api.moments import utc

_EXACT_DIGITS: Final = 15
_LONGEST_TEXT: Final = 32_767
_EARLIEST: Final = 1900
_WIDTH: Final = (10, 48)


def workbook(columns: Sequence[str], rows: Iterable[Mapping[str, Cell]], name: str, about: Mapping[str, str]) -> bytes:
    """The bytes of an .xlsx file with the sheets `name` and `About`."""
    buffer = io.BytesIO()
    with Workbook(
        buffer, {"constant_memory": True, "in_memory": False, "default_date_format": "yyyy-mm-dd hh:mm:ss"}
    ) as book:
        heading = book.add_format({"bold": True})
        formats = {"money": book.add_format({"num_format": "#,##0.00#######"}), "plain": None}
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 1)
        for column, title in enumerate(columns):
            sheet.set_column(column, column, min(max(len(title) + 2, _WIDTH[0]), _WIDTH[1]))
            sheet.write_string(0, column, title, heading)
        last = 0
        for last, row in enumerate(rows, 1):
            for column, title in enumerate(columns):
                _write(sheet, last, column, row[title], formats["money"])
        sheet.autofilter(0, 0, max(last, 1), max(len(columns) - 1, 0))
        notes = book.add_worksheet("About")
        notes.set_column(0, 0, 24)
        notes.set_column(1, 1, 96)
        for number, (title, text) in enumerate(about.items()):
            notes.write_string(number, 0, title, heading)
            notes.write_string(number, 1, _text(text))
    return buffer.getvalue()


def _write(sheet: Any, row: int, column: int, value: Cell, money: Any) -> None:
    if value is None:
        return
    if isinstance(value, datetime):
        moment = utc(value).replace(tzinfo=None)
        if moment.year >= _EARLIEST:
            sheet.write_datetime(row, column, moment)
        else:
            sheet.write_string(row, column, f"{moment:%Y-%m-%d %H:%M:%S}")
    elif isinstance(value, Decimal | int):
        if len(Decimal(value).as_tuple().digits) > _EXACT_DIGITS:
            sheet.write_string(row, column, f"{value:f}" if isinstance(value, Decimal) else str(value))
        else:
            sheet.write_number(row, column, value, money if isinstance(value, Decimal) else None)
    else:
        sheet.write_string(row, column, _text(value))


def _text(value: str) -> str:
    return value if len(value) <= _LONGEST_TEXT else f"{value[: _LONGEST_TEXT - 1]}…"
