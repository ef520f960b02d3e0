"""A branch of a store: a second set of tables beside it, which the same statements fill under the same names.

A branch is a database of its own on the same engine. The tables that a derivation makes are there anew, empty; every
other table of the store (spans, commits, what people decided) shows through and can only be read. So a branch is
derived, judged and asked exactly as the store is, and the store never notices until the branch takes its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from spanledger_correlator.derivation import DERIVED, RULES
from spanledger_store import Store

_SHOWN = "SELECT name FROM system.tables WHERE database = {database:String} AND engine LIKE '%MergeTree'"
_OF_THE_PAST = "SELECT name FROM system.databases WHERE startsWith(name, {prefix:String})"
_IDENTITY = "SELECT name, uuid FROM system.tables WHERE database = {database:String} AND name IN {names:Array(String)}"


@contextmanager
def branched(store: Store, name: str, own: Sequence[str] = DERIVED, copied: Sequence[str] = RULES) -> Iterator[Store]:
    """A fresh branch of the store under a name of this code's own; it is gone at the end, whatever has become of it.

    Its tables `own` are empty; those in `copied` hold what the store's hold now.
    """
    database = branch_database(store, name)
    drop(store, database)
    branch = store.sibling(database)
    try:
        grow(store, branch, own, copied)
        yield branch
    finally:
        branch.close()
        drop(store, database)


def grow(store: Store, branch: Store, own: Sequence[str], copied: Sequence[str] = RULES) -> None:
    """Give a branch its tables: `own` empty, `copied` with the store's rows, the others as windows on the store's."""
    for (table,) in store.query(_SHOWN, {"database": store.database}).result_rows:
        if table in own or table in copied:
            branch.command(f"CREATE TABLE {table} AS {store.database}.{table}")
        else:
            # A Merge table can be read with FINAL, which a view cannot, and refuses to be written to.
            branch.command(
                f"CREATE TABLE {table} AS {store.database}.{table} ENGINE = Merge('{store.database}', '^{table}$')"
            )
    for table in copied:
        # Names of this code and of the store's own schema.
        branch.command(f"INSERT INTO {table} SELECT * FROM {store.database}.{table}")  # noqa: S608


def take_over(store: Store, branch: Store, tables: Sequence[str] = (*DERIVED, *RULES)) -> None:
    """Let the branch's tables take the place of the store's: each at once, all within milliseconds, even if killed.

    What is to be exchanged is written down first; `recover` finishes what a process could not. Nobody else may write to
    these tables meanwhile.
    """
    found = branch.query(_IDENTITY, {"database": branch.database, "names": list(tables)}).result_rows
    store.insert(
        "takeovers", [[branch.database, [tuple(row) for row in found], False]], ["Branch", "Tables", "Finished"]
    )
    _exchange(store)


def recover(store: Store) -> None:
    """At a start: finish a take-over that was under way, and drop what a killed rebuild has left."""
    _exchange(store)
    for name in ("rebuild", "backtest"):
        drop(store, branch_database(store, name))
    if store.embedded:
        # Nobody else can be asking them: the store belongs to this process, and it has only begun.
        rows = store.query(_OF_THE_PAST, {"prefix": branch_database(store, "then_")}).result_rows
        for (database,) in rows:
            drop(store, database)


def branch_database(store: Store, name: str) -> str:
    """The database of the branch of that name."""
    return f"{store.database}__{name}"


def drop(store: Store, database: str) -> None:
    """Drop a branch's database, once nobody reads it any more."""
    store.command(f"DROP DATABASE IF EXISTS {database} SYNC")


def _exchange(store: Store) -> None:
    rows = store.query("SELECT Branch, Tables, Finished FROM takeovers ORDER BY At DESC LIMIT 1").result_rows
    if not rows or rows[0][2]:
        return
    database, tables, _ = rows[0]
    names = [name for name, _ in tables]
    found = store.query(_IDENTITY, {"database": store.database, "names": names}).result_rows
    present = {row[0]: row[1] for row in found}
    for name, identity in tables:
        if present.get(name, identity) != identity:
            store.command(f"EXCHANGE TABLES {store.database}.{name} AND {database}.{name}")
    store.insert("takeovers", [[database, [], True]], ["Branch", "Tables", "Finished"])
