"""CSV as RFC 4180 has it, safe to open in a spreadsheet.

A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@` as a formula, and some take a leading tab or line end
for nothing. Text comes from other systems, so such a cell gets an apostrophe in front, which a spreadsheet shows as
text. Numbers are not touched.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from spanledger_api.lists.listing import Cell
from spanledger_api.moments import rfc3339

MEDIA_TYPE: Final = "text/csv; charset=utf-8; header=present"
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "\uff0b", "\uff0d", "\uff1d", "\uff20")


def cell(value: Cell) -> str:
    """A cell's text: numbers as they are, text made harmless, None empty."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, str):
        text = value.replace("\x00", "\ufffd")
        return f"'{text}" if text.lstrip(" ").startswith(_DANGEROUS) else text
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def document(columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> str:
    """A header and one line per row; every line ends with CRLF."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row[column]) for column in columns])
    return buffer.getvalue()
