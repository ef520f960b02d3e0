"""Operations: what a command does to a store, wherever it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store

Progress = Callable[[float], None]
"""Called with the share done, 0 to 1; it raises when nobody waits for the end any more."""


@dataclass(frozen=True)
class Premises:
    """What an operation may use: the open store, the loaded definitions, and the correlator over them."""

    store: Store
    definitions: Definitions
    correlator: Correlator


Operation = Callable[[Premises, Mapping[str, Any], Progress], dict[str, Any]]
"""From arguments to a result, both JSON. It raises SpanledgerError for what it refuses."""

OPERATIONS: Mapping[str, str] = {
    "rebuild": "admin.rebuild",
    "backtest": "admin.backtest",
    "why": "admin.why",
    "token": "admin.token",
    "key": "admin.key",
    "rejected": "admin.rejected",
}
"""The module of each operation, which has it as `operate`; imported when it is asked for."""


def operation(name: str) -> Operation:
    """The operation of that name. Raises KeyError."""
    found: Operation = import_module(f"spanledger_server.{OPERATIONS[name]}").operate
    return found
