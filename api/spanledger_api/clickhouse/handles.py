"""Handles of tenants that can only read, and the queries that run on them.

A handle answers one query at a time, so each tenant gets as many as it asks at once, up to a bound for all.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from clickhouse_connect.driver.exceptions import ClickHouseError

from spanledger_api.clickhouse import tables
from spanledger_api.clickhouse.errors import QUERY_WAS_CANCELLED, QueryRefused, refused_by_engine
from spanledger_store import QueryLimits, ReadOnly, Store

AT_ONCE: Final = 8
"""Queries that run at once; what comes besides waits for its turn."""
_MOST_TENANTS: Final = 32
"""Tenants whose handles are kept; of the one that has asked least lately they are closed."""


@dataclass(slots=True)
class Query:
    """One query under way. `stop` may be called from another thread."""

    store: Store
    mark: str = field(default_factory=lambda: f"/* {uuid.uuid4().hex} */")
    """It stands before the text, so that the query can be found among those that run."""
    _stopped: str = ""

    def stop(self, why: str) -> None:
        """End it, if it runs."""
        self._stopped = why
        self.store.command("KILL QUERY WHERE startsWith(query, {mark:String}) ASYNC", {"mark": self.mark})

    def why_stopped(self) -> str:
        """Why somebody has stopped it; empty if nobody has."""
        return self._stopped


@dataclass(slots=True)
class _Tenant:
    database: str
    idle: list[ReadOnly] = field(default_factory=list)


class Handles:
    """All handles over one store. Safe for several threads."""

    def __init__(self, store: Store, limits: QueryLimits) -> None:
        self._store = store
        self._limits = limits
        self._tenants: OrderedDict[str, _Tenant] = OrderedDict()
        self._changing = threading.Lock()

    def run(self, query: Query, tenant: str, sql: str, fmt: str, values: Mapping[str, str]) -> tuple[bytes, float]:
        """The answer, and how long it took in seconds.

        Raises:
            QueryRefused: the engine refused it, or it was stopped.
        """
        if why := query.why_stopped():
            raise QueryRefused(QUERY_WAS_CANCELLED, why)
        with self._handle(tenant) as handle:
            began = time.monotonic()
            try:
                answer = handle.answer(f"{query.mark} {sql}", fmt, values)
            except ClickHouseError as error:
                if why := query.why_stopped():
                    raise QueryRefused(QUERY_WAS_CANCELLED, why) from error
                raise refused_by_engine(str(error), tables.database_of(self._store, tenant), tables.PUBLIC) from error
            return answer, time.monotonic() - began

    def close(self) -> None:
        """Close every handle that rests."""
        with self._changing:
            tenants, self._tenants = list(self._tenants.values()), OrderedDict()
        for tenant in tenants:
            for handle in tenant.idle:
                handle.close()

    @contextmanager
    def _handle(self, tenant: str) -> Iterator[ReadOnly]:
        with self._changing:
            known = self._known(tenant)
            handle = known.idle.pop() if known.idle else None
        if handle is None:
            handle = self._store.read_only(known.database, self._limits)
        try:
            yield handle
        except QueryRefused as error:
            # What the engine has refused is over; what was stopped may not be, and nobody else should meet it.
            self._put_back(tenant, known, handle, usable=error.code != QUERY_WAS_CANCELLED)
            raise
        except BaseException:
            handle.close()
            raise
        self._put_back(tenant, known, handle, usable=True)

    def _put_back(self, tenant: str, known: _Tenant, handle: ReadOnly, *, usable: bool) -> None:
        with self._changing:
            if usable and self._tenants.get(tenant) is known:
                known.idle.append(handle)
                return
        handle.close()

    def _known(self, tenant: str) -> _Tenant:
        if tenant not in self._tenants:
            self._tenants[tenant] = _Tenant(tables.make(self._store, tenant))
            if len(self._tenants) > _MOST_TENANTS:
                _, least = self._tenants.popitem(last=False)
                for handle in least.idle:
                    handle.close()
        self._tenants.move_to_end(tenant)
        return self._tenants[tenant]
