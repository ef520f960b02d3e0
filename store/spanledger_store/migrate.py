"""Numbered, forward-only migrations: plain SQL files, run in order, each remembered once it has run.

A statement must be repeatable (`IF NOT EXISTS`), because a process may die between a statement and its record.

What decodes requests (`decoding/`) keeps nothing, so it is no history of changes but one text: after the migrations it
is made anew whenever the text is another than the one that was made last.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

from clickhouse_connect.driver.exceptions import ClickHouseError

from spanledger_store.errors import MigrationFailed

if TYPE_CHECKING:
    from spanledger_store.store import Store

_FOLDER = resources.files("spanledger_store") / "migrations"
_DECODING_FOLDER = resources.files("spanledger_store") / "decoding"
_DECODING = "decoding "
_FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql\Z")
_LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migrations
(
    Name String,
    AppliedAt DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
)
ENGINE = MergeTree
ORDER BY Name
"""


@dataclass(frozen=True)
class Migration:
    """One file: its name without the suffix, and its statements in order."""

    name: str
    statements: tuple[str, ...]


def migrations(folder: Traversable = _FOLDER) -> list[Migration]:
    """Every migration of this version, in the order of their numbers.

    Raises:
        MigrationFailed: a file's name has no number, or two files share one.
    """
    found: dict[str, Migration] = {}
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if not file.name.endswith(".sql"):
            continue
        match = _FILE_NAME.match(file.name)
        if match is None or match[1] in found:
            raise MigrationFailed(f"The migration {file.name} has no number of its own.", hint="Name it NNNN_what.sql.")
        found[match[1]] = Migration(file.name.removesuffix(".sql"), statements_of(file.read_text(encoding="utf-8")))
    return list(found.values())


def decoding() -> Migration:
    """What decodes requests, whole; its name tells one text from another."""
    files = sorted(_DECODING_FOLDER.iterdir(), key=lambda item: item.name)
    text = "\n".join(file.read_text(encoding="utf-8") for file in files if file.name.endswith(".sql"))
    return Migration(_DECODING + hashlib.sha256(text.encode()).hexdigest()[:16], statements_of(text))


def statements_of(text: str) -> tuple[str, ...]:
    """Split a file at the semicolons that end a line."""
    return tuple(part.strip() for part in re.split(r";[ \t\r]*(?:\n|\Z)", text) if _has_sql(part))


def migrate(store: Store, wanted: Sequence[Migration] | None = None) -> list[str]:
    """Run what has not run yet of `wanted` (by default all of this version's) and return the names in that order.

    Raises:
        MigrationFailed: a statement was refused; those before it stay applied, and the next start goes on from there.
    """
    store.command(_LEDGER)
    done = _done(store)
    applied: list[str] = []
    for migration in [*migrations(), decoding()] if wanted is None else wanted:
        if migration.name in done:
            continue
        for number, statement in enumerate(migration.statements, 1):
            try:
                store.command(statement)
            except ClickHouseError as error:
                raise MigrationFailed(
                    f"Migration {migration.name}, statement {number}, was refused: {error}",
                    hint="Nothing after it ran. Mend the cause and start again; it goes on from there.",
                ) from error
        store.insert("schema_migrations", [[migration.name]], ["Name"])
        applied.append(migration.name)
    return applied


def _done(store: Store) -> set[str]:
    """Every migration that has run; of the texts that decode, only the last one stands."""
    names = [row[0] for row in store.query("SELECT Name FROM schema_migrations ORDER BY AppliedAt").result_rows]
    decodings = [name for name in names if name.startswith(_DECODING)]
    return set(names) - set(decodings[:-1]) | set(decodings[-1:])


def _has_sql(part: str) -> bool:
    return any(line.strip() and not line.strip().startswith("--") for line in part.splitlines())
