"""What a query may read: views of one tenant's rows, in a database of the tenant's own."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib import resources
from string import Template
from typing import Final

from spanledger_store import Store

PUBLIC: Final = "spanledger"
"""The name by which clients know the database; each tenant has one of its own under it."""
BESIDE: Final = "__"
"""Stands between the name of the store's database and what the ones beside it are for."""
_DICTIONARY: Final = re.compile(r"LowCardinality\((\w+|Nullable\(\w+\))\)")
_OWN_NAMES: Final = frozenset({PUBLIC, "default"})
_OF_OPEN_ONES: Final = {"open_transactions": "transactions", "open_transaction_money": "transaction_money"}
"""Views of open transactions alone, and whose rows they are of: read from a table that has only these, they cost less."""
_SYSTEM: Final = {
    "columns": "system_columns",
    "tables": "system_tables",
    "databases": "system_databases",
    "functions": "system_functions",
    "settings": "system_settings",
    "one": "system_one",
}
"""Tables of the engine that clients ask, and the view of each that shows the tenant's own database alone."""


@cache
def _views() -> dict[str, str]:
    """The query of each view by its name, with places for names of databases and for the tenant."""
    folder = resources.files("spanledger_api.clickhouse") / "views"
    found = {
        entry.name.removesuffix(".sql"): entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    }
    found |= {name: f"{found[of]} AND Status = 'open'" for name, of in _OF_OPEN_ONES.items()}
    return dict(sorted(found.items()))


def readable() -> list[str]:
    """The tables that a query may name, in order; those of the engine are read as `system.…`."""
    return [name for name in _views() if not name.startswith("system_")]


def place_of(database: str, table: str) -> str | None:
    """The view that a query means by a table's qualified name; None if it may not read that."""
    if database in _OWN_NAMES:
        return table if table in readable() else None
    return _SYSTEM.get(table) if database == "system" else None


def is_database(name: str) -> bool:
    """Whether clients know a database by that name."""
    return name in _OWN_NAMES


def database_of(store: Store, tenant: str) -> str:
    """The database with a tenant's views."""
    return f"{store.database}{BESIDE}of_{hashlib.sha256(tenant.encode()).hexdigest()[:24]}"


def databases(store: Store) -> frozenset[str]:
    """The names of all databases that the engine has."""
    return frozenset(name for (name,) in store.query("SELECT name FROM system.databases").result_rows)


def make(store: Store, tenant: str) -> str:
    """Make a tenant's views, or make them anew; returns their database."""
    database = database_of(store, tenant)
    store.command(f"CREATE DATABASE IF NOT EXISTS {database} ENGINE = Atomic")
    # A view binds no values. In hexadecimal digits a tenant's name is a literal that nothing can end.
    literal = f"unhex('{tenant.encode().hex()}')"
    for name, text in _views().items():
        verdicts = "open_verdicts" if name in _OF_OPEN_ONES else "verdicts"
        body = Template(text).substitute(
            store=store.database, own=database, public=PUBLIC, tenant=literal, verdicts=verdicts
        )
        store.command(f"CREATE OR REPLACE VIEW {database}.{name} AS {_plain(store, body)}")
    return database


def _plain(store: Store, body: str) -> str:
    """The same rows with no dictionary behind any column.

    A block's dictionary holds the values of rows that are not shown too, and the engine runs some functions over all of it:
    an error of theirs would tell.
    """
    columns = []
    for name, kind, *_ in store.query(f"DESCRIBE ({body})").result_rows:
        plain = _DICTIONARY.sub(r"\1", kind)
        columns.append(f"`{name}`" if plain == kind else f"CAST(`{name}` AS {plain}) AS `{name}`")
    return f"SELECT {', '.join(columns)} FROM ({body})"  # noqa: S608 - names of the store's own columns


def drop_those_left(store: Store) -> None:
    """At a start: drop what an earlier process has made; other views may be wanted now, for other tenants."""
    rows = store.query(
        "SELECT name FROM system.databases WHERE startsWith(name, {prefix:String})",
        {"prefix": f"{store.database}{BESIDE}of_"},
    ).result_rows
    for (database,) in rows:
        store.command(f"DROP DATABASE IF EXISTS {database} SYNC")
