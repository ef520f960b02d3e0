"""Where spans and everything computed from them are kept: schema, migrations, and the client of both engines."""

from spanledger_store.errors import (
    DefinitionInvalid,
    MigrationFailed,
    NotFound,
    SettingInvalid,
    SpanledgerError,
    StoreBusy,
    StoreError,
    StoreUnavailable,
)
from spanledger_store.read_only import ReadOnly
from spanledger_store.store import QueryLimits, Store

__all__ = [
    "DefinitionInvalid",
    "MigrationFailed",
    "NotFound",
    "QueryLimits",
    "ReadOnly",
    "SettingInvalid",
    "SpanledgerError",
    "Store",
    "StoreBusy",
    "StoreError",
    "StoreUnavailable",
]
