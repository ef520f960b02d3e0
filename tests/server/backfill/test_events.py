from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spanledger_server.backfill.errors import LogUnreadable
from spanledger_server.backfill.events import Batch, open_log
from spanledger_server.backfill.mapping import CsvFormat

Write = Callable[[str, str], Path]


def read(path: Path, texts: set[str], lists: dict[str, str | None] | None = None, **how: int) -> list[Batch]:
    log = open_log(path, CsvFormat())
    return list(log.batches(texts, lists or {}, rows=how.get("rows", 100), skip=how.get("skip", 0)))


def test_every_parquet_value_becomes_the_text_a_person_would_write(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    moment = datetime(1948, 1, 26, 22, 59, tzinfo=UTC)
    table = pa.table(
        {
            "number": pa.array([7, None]),
            "pandas_id": pa.array([10077.0, float("nan")]),
            "net": pa.array([0.1, 1e21]),
            "exact": pa.array([Decimal("1.50"), None]),
            "flag": pa.array([True, False]),
            "word": pa.array(["x", None]).dictionary_encode(),
            "at": pa.array([moment, None], pa.timestamp("us", "Europe/Amsterdam")),
            "naive": pa.array([0, 1], pa.timestamp("ns")),
            "day": pa.array([date(2024, 1, 1), None]),
            "objects": pa.array([["a:1", None, "b:2"], None], pa.list_(pa.string())),
        }
    )
    pq.write_table(table, path)
    [batch] = read(path, set(table.column_names) - {"objects"}, {"objects": None})
    assert batch.texts == {
        "number": ["7", None],
        "pandas_id": ["10077", None],
        "net": ["0.1", "1000000000000000000000"],
        "exact": ["1.50", None],
        "flag": ["true", "false"],
        "word": ["x", None],
        "at": ["1948-01-26 22:59:00.000000Z", None],
        "naive": ["1970-01-01 00:00:00.000000000", "1970-01-01 00:00:00.000000001"],
        "day": ["2024-01-01", None],
    }
    assert batch.lists == {"objects": [["a:1", "b:2"], []]}


@pytest.mark.parametrize("skip", range(0, 24, 3))
def test_positions_hold_across_row_groups_and_a_skip(tmp_path: Path, skip: int) -> None:
    path = tmp_path / "log.parquet"
    pq.write_table(pa.table({"n": list(range(23))}), path, row_group_size=7)
    batches = read(path, {"n"}, rows=4, skip=skip)
    assert [value for batch in batches for value in batch.texts["n"]] == [str(n) for n in range(skip, 23)]
    assert all(batch.texts["n"][0] == str(batch.first) and 0 < batch.rows <= 4 for batch in batches)


def test_csv_counts_records_and_keeps_ids_as_they_are_written(write: Write) -> None:
    path = write("log.csv", '\ufeffid,note,objects\n00010,"two\nlines",a:1; b:2\n\n00020,,\n00030,x,c:3\n')
    batches = read(path, {"id", "note"}, {"objects": ";"}, rows=2, skip=1)
    assert [(batch.first, batch.rows) for batch in batches] == [(1, 2)]
    assert batches[0].texts == {"id": ["00020", "00030"], "note": [None, "x"]}
    assert batches[0].lists == {"objects": [[], ["c:3"]]}
    assert read(path, {"id"}, {"objects": ";"})[0].lists["objects"][0] == ["a:1", "b:2"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n3\n", r"record 2 has 1 fields, the header has 2"),
        ('a,b\n1,"2\n', r"cannot read the CSV"),
    ],
)
def test_a_broken_csv_is_told_with_its_place(write: Write, text: str, message: str) -> None:
    with pytest.raises(LogUnreadable, match=message):
        read(write("log.csv", text), {"a"})


def test_an_encoding_that_is_not_the_files(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes("a\nÄrger\n".encode("latin-1"))
    with pytest.raises(LogUnreadable, match="encoding"):
        read(path, {"a"})
    [batch] = open_log(path, CsvFormat(encoding="latin-1")).batches({"a"}, {}, rows=5, skip=0)
    assert batch.texts["a"] == ["Ärger"]


def test_lists_and_single_values_are_not_confused(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "log.parquet"
    pq.write_table(pa.table({"objects": [["a:1"]]}), path)
    with pytest.raises(LogUnreadable, match="holds lists"):
        read(path, {"objects"})
    with pytest.raises(LogUnreadable, match="separator"):
        read(write("log.csv", "objects\na:1\n"), set(), {"objects": None})


def test_a_file_that_is_no_log(write: Write, tmp_path: Path) -> None:
    with pytest.raises(LogUnreadable, match="there is no such file"):
        open_log(tmp_path / "none.parquet", CsvFormat())
    with pytest.raises(LogUnreadable, match="Give CSV or Parquet"):
        open_log(write("log.parquet", "no parquet"), CsvFormat())
    with pytest.raises(LogUnreadable, match="unknown encoding"):
        open_log(write("log.csv", "a\n"), CsvFormat(encoding="nope"))
