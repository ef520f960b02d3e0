"""Reads an event log as batches of texts: Parquet batch by batch, CSV row by row, never the whole file at once.

Every value becomes the text that a person would write for it (`10077`, not `10077.0`), and empty is None. A list column
becomes a list of texts.
"""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from spanledger_server.backfill.errors import LogUnreadable
from spanledger_server.backfill.mapping import CsvFormat

ListColumns = Mapping[str, str | None]
"""The columns that hold several values a row, and the separator where they are a text."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some consecutive rows; `first` is the position of the first of them in the file, from 0."""

    first: int
    rows: int
    texts: dict[str, Sequence[str | None]]
    lists: dict[str, Sequence[Sequence[str]]]


class EventLog(Protocol):
    """A file of events, a row each."""

    path: Path
    columns: Sequence[str]

    @property
    def rows(self) -> int | None:
        """How many rows there are; None where only reading tells."""

    def batches(self, texts: set[str], lists: ListColumns, *, rows: int, skip: int) -> Iterator[Batch]:
        """The given columns of all rows but the first `skip`, at most `rows` at a time."""


def open_log(path: Path, csv_format: CsvFormat) -> EventLog:
    """The log of a file, by its ending: `.csv` (or `.tsv`, `.txt`) is CSV, anything else Parquet.

    Raises LogUnreadable.
    """
    if not path.is_file():
        raise LogUnreadable(f"{path}: there is no such file.")
    try:
        if path.suffix.lower() in {".csv", ".tsv", ".txt"}:
            return CsvLog(path, csv_format)
        return ParquetLog(path)
    except (OSError, pa.ArrowException, UnicodeError, LookupError) as error:
        reason = str(error).rstrip(".")
        raise LogUnreadable(f"{path}: cannot read the event log: {reason}.", hint="Give CSV or Parquet.") from error


class ParquetLog:
    """An event log in Parquet; memory is bounded by a row group's columns in use and one batch."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with pq.ParquetFile(path) as file:
            self.columns: Sequence[str] = file.schema_arrow.names
            self._rows = int(file.metadata.num_rows)

    @property
    def rows(self) -> int | None:
        """How many rows there are."""
        return self._rows

    def batches(self, texts: set[str], lists: ListColumns, *, rows: int, skip: int) -> Iterator[Batch]:
        """The given columns, row group by row group; whole groups within `skip` are not read."""
        wanted = sorted(texts | set(lists))
        with pq.ParquetFile(self.path) as file:
            position, groups = 0, list(range(file.metadata.num_row_groups))
            while groups and position + file.metadata.row_group(groups[0]).num_rows <= skip:
                position += file.metadata.row_group(groups.pop(0)).num_rows
            for record in file.iter_batches(batch_size=rows, row_groups=groups, columns=wanted):
                part = record.slice(max(0, min(skip - position, record.num_rows)))
                first = position + record.num_rows - part.num_rows
                position += record.num_rows
                if part.num_rows:
                    yield self._batch(first, part, texts, lists)

    def _batch(self, first: int, part: Any, texts: set[str], lists: ListColumns) -> Batch:
        return Batch(
            first,
            part.num_rows,
            {name: _texts(self.path, name, part.column(name)) for name in texts},
            {name: _lists(self.path, name, part.column(name), separator) for name, separator in lists.items()},
        )


def _texts(path: Path, name: str, array: Any) -> list[str | None]:
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _texts(path, name, array.dictionary_decode())
    if pa.types.is_floating(kind):
        return [_plain(value) for value in array.to_pylist()]
    if pa.types.is_nested(kind):
        raise LogUnreadable(
            f"{path}: column `{name}` holds lists, and the mapping takes it for one value.",
            hint=f"Write `{{list: {name}}}` under `entities:`, or `objects: {{column: {name}, …}}`.",
        )
    if pa.types.is_timestamp(kind) and kind.tz:
        array = array.cast(pa.timestamp(kind.unit, "UTC"))
    return list(array.cast(pa.string()).to_pylist())


def _plain(value: float | None) -> str | None:
    """The shortest decimal that is this float, without an exponent; None for a missing one."""
    if value is None or value != value:  # noqa: PLR0124 - a NaN is the only value unequal to itself
        return None
    text = repr(value)
    return text[:-2] if text.endswith(".0") else format(Decimal(text), "f")


def _lists(path: Path, name: str, array: Any, separator: str | None) -> list[list[str]]:
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        inner = array.cast(pa.list_(pa.string())).to_pylist()
        return [[item for item in row or () if item] for row in inner]
    return [_split(path, name, value, separator) for value in _texts(path, name, array)]


def _split(path: Path, name: str, value: str | None, separator: str | None) -> list[str]:
    if not value:
        return []
    if separator is None:
        raise LogUnreadable(
            f"{path}: column `{name}` is a text, and the mapping takes it for a list.",
            hint='Add `separator: ";"` (or what stands between the values) beside it.',
        )
    return [part for item in value.split(separator) if (part := item.strip())]


class CsvLog:
    """An event log in CSV, with a header line; a position counts records, so a line break in quotes is harmless."""

    def __init__(self, path: Path, csv_format: CsvFormat) -> None:
        self.path = path
        self._format = csv_format
        with closing(self._records()) as records:
            self.columns: Sequence[str] = next(records, [])

    @property
    def rows(self) -> int | None:
        """Unknown: only reading tells."""
        return None

    def _records(self) -> Generator[list[str]]:
        with self.path.open(encoding=self._format.encoding, newline="") as file:
            try:
                yield from filter(None, csv.reader(file, delimiter=self._format.delimiter, strict=True))
            except (csv.Error, UnicodeDecodeError) as error:
                raise LogUnreadable(
                    f"{self.path}: cannot read the CSV: {error}.",
                    hint="Set `csv: {delimiter: …, encoding: …}` in the mapping, or correct the file.",
                ) from error

    def batches(self, texts: set[str], lists: ListColumns, *, rows: int, skip: int) -> Iterator[Batch]:
        """The given columns, in batches of records."""
        place = {name: index for index, name in enumerate(self.columns)}
        with closing(self._records()) as records:
            next(records, None)
            position = sum(1 for _ in islice(records, skip))
            while chunk := list(islice(records, rows)):
                for offset, record in enumerate(chunk):
                    if len(record) != len(self.columns):
                        raise LogUnreadable(
                            f"{self.path}: record {position + offset + 1} has {len(record)} fields, "
                            f"the header has {len(self.columns)}.",
                            hint="Correct the record, or set `csv: {delimiter: …}` in the mapping.",
                        )
                yield Batch(
                    position,
                    len(chunk),
                    {name: [record[place[name]] or None for record in chunk] for name in texts},
                    {
                        name: [_split(self.path, name, record[place[name]], separator) for record in chunk]
                        for name, separator in lists.items()
                    },
                )
                position += len(chunk)
