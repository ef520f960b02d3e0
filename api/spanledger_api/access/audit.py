"""The audit trail: who asked for what, from where, and with which result. Rows are added and never changed.

Kept are changes, exports, every read that shows money, and what was refused for want of a role. A change is written
down before its answer leaves; reads are written down together, every second.
"""

from __future__ import annotations

import logging
import threading
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from clickhouse_connect.driver.exceptions import ClickHouseError

from spanledger_api.access.principal import Principal
from spanledger_store import SpanledgerError, Store

Kind = Literal["change", "export", "read", "refused"]
WRITTEN_EVERY: Final = 1.0
MOST_WAITING: Final = 10_000
"""Rows that wait to be written; whoever adds more writes them all first."""
COLUMNS: Final = (
    "Tenant", "At", "Id", "Kind", "PrincipalId", "Principal", "Method", "Path", "Query", "Status", "Client", "RequestId",
)  # fmt: skip
_log = logging.getLogger("spanledger.api")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and its result. `query` is its query string as it was sent."""

    by: Principal
    at: datetime
    kind: Kind
    method: str
    path: str
    query: str
    status: int
    client: str
    request_id: str


class AuditTrail:
    """Writes the trail, in a thread of its own between `start` and `stop`. Safe for several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[Asked] = []
        self._changing = threading.Lock()
        self._writing = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to write."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="spanledger-audit", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what waits and stop."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(10.0)
        self.write()

    def add(self, asked: Asked) -> bool:
        """Take a row to be written. Returns whether so many wait that the caller should `write`."""
        with self._changing:
            self._waiting.append(asked)
            return len(self._waiting) >= MOST_WAITING

    def write(self) -> None:
        """Write every row that waits. What the store refuses goes to the log instead of being lost."""
        with self._writing:
            with self._changing:
                rows, self._waiting = self._waiting, []
            if not rows:
                return
            try:
                self._store.insert("audit_trail", [_row(one) for one in rows], list(COLUMNS))
            except (ClickHouseError, SpanledgerError) as error:
                for one in rows:
                    _log.error("Audit: %s", _row(one))
                _log.error(
                    "The store did not take %s rows of the audit trail; they stand above", len(rows), exc_info=error
                )

    def _run(self) -> None:
        while not self._stopping.wait(WRITTEN_EVERY):
            self.write()


def _row(one: Asked) -> tuple[object, ...]:
    return (
        one.by.tenant, one.at, uuid.uuid4(), one.kind, one.by.id, one.by.name, one.method,
        one.path[:2000], one.query[:4000], one.status, one.client, one.request_id,
    )  # fmt: skip
