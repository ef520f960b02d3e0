"""Migrations: numbered files, forward only, each remembered, each repeatable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spanledger_store import MigrationFailed, Store
from spanledger_store.migrate import Migration, decoding, migrate, migrations, statements_of

REPEATABLE = re.compile(
    r"(CREATE (TABLE|VIEW|MATERIALIZED VIEW|DICTIONARY) IF NOT EXISTS|CREATE OR REPLACE (VIEW|FUNCTION|DICTIONARY)"
    r"|CREATE FUNCTION IF NOT EXISTS|DROP \w+( \w+)? IF EXISTS"
    r"|ALTER TABLE \w+\s+(ADD|DROP|MODIFY) (COLUMN|INDEX|PROJECTION)( IF (NOT )?EXISTS)?"
    r"|ALTER TABLE \w+ UPDATE"
    r"|ALTER TABLE \w+ MODIFY SETTING) "
)


def tables(store: Store) -> dict[str, str]:
    """Every table and view of the store's database with its definition."""
    return {
        row["name"]: row["create_table_query"]
        for row in store.rows(
            "SELECT name, create_table_query FROM system.tables WHERE database = {database:String}",
            {"database": store.database},
        )
    }


def remembered(store: Store) -> list[str]:
    """What the ledger says, in the order it was written."""
    return [row["Name"] for row in store.rows("SELECT Name FROM schema_migrations ORDER BY AppliedAt, Name")]


def everything() -> list[Migration]:
    """What a fresh store runs."""
    return [*migrations(), decoding()]


def folder(path: Path, **files: str) -> Path:
    """A folder of migrations."""
    for name, text in files.items():
        (path / f"{name}.sql").write_text(text)
    return path


def test_the_files_have_growing_numbers_each_once() -> None:
    names = [migration.name for migration in migrations()]
    numbers = [int(name[:4]) for name in names]
    assert numbers == sorted(set(numbers))
    assert names[0] == "0001_spans"


def test_every_statement_can_be_run_again() -> None:
    statements = {
        f"{migration.name}, statement {number}": re.sub(r"\A(\s*--[^\n]*\n\s*)+", "", statement)
        for migration in everything()
        for number, statement in enumerate(migration.statements, 1)
    }
    assert [name for name, statement in statements.items() if not REPEATABLE.match(statement)] == []


def test_no_statement_hides_another_one() -> None:
    """The splitter looks for a semicolon that ends a line, wherever it stands."""
    for migration in everything():
        for statement in migration.statements:
            code = re.sub(r"--[^\n]*|'(?:[^'\\]|\\.)*'", "", statement)
            assert ";" not in code
            assert code.count("(") == code.count(")")


def test_a_fresh_store_gets_everything_once_and_in_order(empty_store: Store) -> None:
    names = [migration.name for migration in everything()]
    assert empty_store.migrate() == names
    assert remembered(empty_store) == names
    before = tables(empty_store)
    assert {"spans", "rejected_spans", "transactions", "schema_migrations"} <= before.keys()
    assert empty_store.migrate() == []
    assert remembered(empty_store) == names
    assert tables(empty_store) == before


def test_running_every_statement_twice_changes_nothing(store: Store) -> None:
    before = tables(store)
    store.command("TRUNCATE TABLE schema_migrations")
    assert store.migrate() == [migration.name for migration in everything()]
    assert tables(store) == before


def test_what_has_been_stored_outlives_a_second_run(store: Store) -> None:
    store.insert("correlated_batches", [["7e57ab1e-0000-4000-8000-000000000001"]], ["Batch"])
    store.command("TRUNCATE TABLE schema_migrations")
    store.migrate()
    assert store.command("SELECT count() FROM correlated_batches") == 1


def test_a_refused_statement_stops_the_run_and_the_next_run_goes_on(empty_store: Store) -> None:
    one = Migration("0001_one", ("CREATE TABLE IF NOT EXISTS one (A UInt8) ENGINE = MergeTree ORDER BY A",))
    two = Migration(
        "0002_two",
        (
            "CREATE TABLE IF NOT EXISTS two (A UInt8) ENGINE = MergeTree ORDER BY A",
            "ALTER TABLE one ADD COLUMN IF NOT EXISTS B UInt8 AFTER Missing",
        ),
    )
    three = Migration("0003_three", ("CREATE TABLE IF NOT EXISTS three (A UInt8) ENGINE = MergeTree ORDER BY A",))
    with pytest.raises(MigrationFailed) as refused:
        migrate(empty_store, [one, two, three])
    assert refused.value.message.startswith("Migration 0002_two, statement 2, was refused: Code: 16. DB::Exception")
    assert refused.value.hint == "Nothing after it ran. Mend the cause and start again; it goes on from there."
    assert not refused.value.retryable
    assert remembered(empty_store) == ["0001_one"]
    assert tables(empty_store).keys() == {"one", "two", "schema_migrations"}

    empty_store.command("ALTER TABLE one ADD COLUMN Missing UInt8")
    assert migrate(empty_store, [one, two, three]) == ["0002_two", "0003_three"]
    assert migrate(empty_store, [one, two, three]) == []
    assert remembered(empty_store) == ["0001_one", "0002_two", "0003_three"]


def test_a_process_that_died_before_the_record_does_no_harm(empty_store: Store) -> None:
    first, second = migrations()[:2]
    for statement in (*first.statements, *second.statements[:3]):
        empty_store.command(statement)
    assert empty_store.migrate()[:2] == [first.name, second.name]


def test_another_text_of_the_decoding_replaces_what_stands_and_so_does_the_one_before(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    standing, before = decoding(), tables(store)
    text = (
        "DROP VIEW IF EXISTS otlp_protobuf_decoded;\nDROP TABLE IF EXISTS otlp_protobuf;\n"
        "CREATE TABLE IF NOT EXISTS otlp_protobuf (tenant String) ENGINE = Null;\n"
    )
    monkeypatch.setattr("spanledger_store.migrate._DECODING_FOLDER", folder(tmp_path, **{"1_other": text}))
    other = decoding()
    assert store.migrate() == [other.name]
    assert store.migrate() == []
    assert "tenant" in tables(store)["otlp_protobuf"]
    assert "otlp_protobuf_decoded" not in tables(store)
    monkeypatch.undo()
    assert store.migrate() == [standing.name]
    assert tables(store) == before


def test_a_folder_is_read_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    found = migrations(folder(tmp_path, **{"0010_last": "SELECT 10", "0002_first": "SELECT 2;\n-- the end\n"}))
    (tmp_path / "readme.txt").write_text("not a migration")
    assert found == [Migration("0002_first", ("SELECT 2",)), Migration("0010_last", ("SELECT 10",))]


@pytest.mark.parametrize("name", ["0001_again", "spans", "1_spans", "0002-spans", "0002_Spans"])
def test_a_file_without_a_number_of_its_own_is_refused(tmp_path: Path, name: str) -> None:
    given = folder(tmp_path, **{"0001_a_first": "SELECT 1", name: "SELECT 2"})
    with pytest.raises(
        MigrationFailed, match=rf"^The migration {name}\.sql has no number of its own\. Name it NNNN_what"
    ):
        migrations(given)


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("", ()),
        ("-- nothing yet;\n\n", ()),
        ("SELECT 1", ("SELECT 1",)),
        ("SELECT 1;", ("SELECT 1",)),
        ("SELECT 1;  \n;\nSELECT 2;\n", ("SELECT 1", "SELECT 2")),
        ("-- why\nSELECT 1;\n-- why not\nSELECT\n    2\n;", ("-- why\nSELECT 1", "-- why not\nSELECT\n    2")),
        ("SELECT ';', 'a;b';\nSELECT 2", ("SELECT ';', 'a;b'", "SELECT 2")),
        ("SELECT 1;\r\nSELECT 2;\r\n", ("SELECT 1", "SELECT 2")),
    ],
)
def test_a_file_is_split_at_semicolons_that_end_a_line(text: str, statements: tuple[str, ...]) -> None:
    assert statements_of(text) == statements
