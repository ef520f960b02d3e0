"""A store that writes down what each statement of the correlator costs."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clickhouse_connect.driver.query import QueryResult

from spanledger_store import Store

_NAMED = re.compile(r"\s*/\* (\S+) \*/")


@dataclass
class Cost:
    """What one statement came to so far: runs, seconds by the clock, seconds of CPU in every thread of the process."""

    runs: int = 0
    wall: float = 0.0
    cpu: float = 0.0


class WatchedStore(Store):
    """`costs` has each statement by its file's name, or by its first words where it has no file."""

    costs: dict[str, Cost]

    def command(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> Any:
        began = time.perf_counter(), time.process_time()
        try:
            return super().command(sql, parameters, settings)
        finally:
            self._note(sql, *began)

    def query(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> QueryResult:
        began = time.perf_counter(), time.process_time()
        try:
            return super().query(sql, parameters, settings)
        finally:
            self._note(sql, *began)

    def forget(self) -> None:
        """Begin anew."""
        self.costs = {}

    def _note(self, sql: str, wall: float, cpu: float) -> None:
        named = _NAMED.match(sql)
        name = named[1] if named else " ".join(sql.split())[:60]
        costs = self.__dict__.setdefault("costs", {})
        cost = costs.setdefault(name, Cost())
        cost.runs += 1
        cost.wall += time.perf_counter() - wall
        cost.cpu += time.process_time() - cpu
