"""The store: one interface over an embedded ClickHouse engine or a server.

Every caller's thread has a handle of its own, because an engine handle answers one query at a time while several
handles answer side by side.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

import clickhouse_connect
from clickhouse_connect import common
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from clickhouse_connect.driver.query import QueryResult

from spanledger_store import migrate, ownership
from spanledger_store.dsn import Embedded, Server, Target, parse_dsn
from spanledger_store.errors import StoreUnavailable
from spanledger_store.read_only import ReadOnly
from spanledger_store.unavailable import unavailable

# A naive datetime is UTC on its way in as it is on its way out, whatever the zone of the machine. (The columns of all
# tables name UTC as theirs.)
common.set_setting("naive_datetime_insert", "server")

_COMMON_SETTINGS: Mapping[str, str] = {
    # A row that was acknowledged must survive; a query must not be cut short silently.
    "async_insert": "0",
    "max_execution_time": "0",
}


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What one query may cost: its time, the rows that it reads, and its memory. What costs more ends with an error."""

    seconds: float
    rows: int
    memory_bytes: int

    @property
    def settings(self) -> dict[str, str]:
        """The engine's settings for them."""
        return {
            "max_execution_time": f"{self.seconds:g}",
            "max_rows_to_read": str(self.rows),
            "max_memory_usage": str(self.memory_bytes),
        }


class Store:
    """An open store. Make one with `Store.open`; close it, or use it as a context manager."""

    def __init__(self, target: Target, limits: QueryLimits | None = None) -> None:
        self._target = target
        self._limits = limits
        self._local = threading.local()
        # A thread's handle lives as long as the thread; this one keeps the engine running between them.
        self._first: Client | None = None
        self._handles: weakref.WeakSet[Client] = weakref.WeakSet()
        self._siblings: weakref.WeakSet[Store] = weakref.WeakSet()
        self._guard = threading.Lock()
        self._closed = False

    @classmethod
    def open(cls, dsn: str) -> Store:
        """Open the store that `dsn` names and create its database; the schema is `migrate`'s.

        Raises:
            SettingInvalid: the DSN makes no sense.
            StoreBusy: another process owns the embedded directory.
            StoreUnavailable: the directory cannot be written, or the server does not answer.
        """
        return cls._opened(parse_dsn(dsn))

    def sibling(self, database: str) -> Store:
        """Another database of the same engine, made if it is not there, as a store of its own: closed with this one, or before.

        `database` is an identifier that the caller made up, not one that came from outside.
        """
        return self._with(self._opened(replace(self._target, database=database)))

    def limited(self, limits: QueryLimits) -> Store:
        """The same store, whose queries may cost so much each: it lives on this one, and is closed with it."""
        return self._with(Store(self._target, limits))

    def read_only(self, database: str, limits: QueryLimits) -> ReadOnly:
        """A handle of its own that can only read, in a database of the same engine."""
        handle = _open_handle(self._target, database, limits)
        with self._guard:
            self._handles.add(handle)
        return ReadOnly(handle)

    def _with(self, beside: Store) -> Store:
        with self._guard:
            self._siblings.add(beside)
        return beside

    @classmethod
    def _opened(cls, target: Target) -> Store:
        if isinstance(target, Embedded):
            ownership.own(target.path)
        store = cls(target)
        try:
            store._create_database()
        except BaseException:
            store.close()
            raise
        return store

    @property
    def database(self) -> str:
        """The database that holds every table of this store."""
        return self._target.database

    @property
    def embedded(self) -> bool:
        """Whether the engine runs in this process."""
        return isinstance(self._target, Embedded)

    def migrate(self) -> list[str]:
        """Run the migrations that have not run yet, in order, and return their names."""
        return migrate.migrate(self)

    def client(self) -> Client:
        """The calling thread's own handle."""
        handle: Client | None = getattr(self._local, "handle", None)
        if handle is None or self._closed:
            handle = self._connect(self._target.database)
            self._local.handle = handle
        return handle

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> QueryResult:
        """Run a SELECT. Values are bound as `{name:Type}` from `parameters`, never formatted into `sql`."""
        return self.client().query(sql, parameters=dict(parameters or {}), settings=dict(settings or {}))

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a SELECT as dicts by column name; times come back as naive UTC datetimes."""
        return list(self.query(sql, parameters).named_results())

    def command(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run a statement that returns at most one value (DDL, INSERT … SELECT, SELECT of a scalar)."""
        return self.client().command(sql, parameters=dict(parameters or {}), settings=dict(settings or {}))

    def insert(self, table: str, rows: Sequence[Sequence[Any]], column_names: Sequence[str]) -> None:
        """Insert rows given as Python values. For control data; spans take `raw_insert`."""
        self.client().insert(table, rows, column_names=list(column_names))

    def raw_insert(
        self,
        table: str,
        payload: bytes,
        fmt: str,
        settings: Mapping[str, Any] | None = None,
        column_names: Sequence[str] | None = None,
    ) -> None:
        """Insert `payload`, which is already encoded in ClickHouse's input format `fmt`."""
        self.client().raw_insert(
            table,
            column_names=list(column_names) if column_names else None,
            insert_block=payload,
            fmt=fmt,
            settings=dict(settings or {}),
        )

    def close(self) -> None:
        """Close every handle and give the directory back. Queries that still run are waited for."""
        with self._guard:
            if self._closed:
                return
            self._closed = True
            handles, siblings = list(self._handles), list(self._siblings)
        for sibling in siblings:
            sibling.close()
        for handle in handles:
            handle.close()
        if isinstance(self._target, Embedded) and self._limits is None:
            # What is limited has no claim of its own.
            ownership.disown(self._target.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _create_database(self) -> None:
        self._first = self._connect(None)
        try:
            # The name was checked to be an identifier when the DSN was read.
            self._first.command(f"CREATE DATABASE IF NOT EXISTS {self._target.database} ENGINE = Atomic")
        except ClickHouseError as error:
            raise unavailable(self._target, error) from error

    def _connect(self, database: str | None) -> Client:
        self._refuse_if_closed()
        try:
            handle = _open_handle(self._target, database, self._limits)
        except ClickHouseError as error:
            raise unavailable(self._target, error) from error
        with self._guard:
            closed_meanwhile = self._closed
            self._handles.add(handle)
        if closed_meanwhile:
            handle.close()
            self._refuse_if_closed()
        return handle

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise StoreUnavailable("The store is closed.", hint="Open it again.", retryable=False)


def _open_handle(target: Target, database: str | None, limits: QueryLimits | None) -> Client:
    settings = {**_COMMON_SETTINGS, **(limits.settings if limits else {})}
    if isinstance(target, Embedded):
        return clickhouse_connect.get_client(
            interface="chdb", path=str(target.path), database=database or "default", settings=settings
        )
    return _open_server_handle(target, database, settings)


def _open_server_handle(target: Server, database: str | None, settings: dict[str, str]) -> Client:
    return clickhouse_connect.get_client(
        host=target.host,
        port=target.port,
        username=target.username,
        password=target.password,
        secure=target.secure,
        database=database or "default",
        settings=settings,
        connect_timeout=10,
        send_receive_timeout=300,
    )
