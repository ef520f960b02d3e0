"""The exception tree of the platform.

    SpanledgerError                 everything Spanledger raises on purpose
    ├── SettingInvalid              a setting, DSN or option makes no sense; nothing was started
    ├── StoreError
    │   ├── StoreBusy               another process owns the embedded store's directory
    │   ├── StoreUnavailable        the store cannot be reached or cannot write now; try again later
    │   └── MigrationFailed         a schema migration did not run to its end
    ├── DefinitionInvalid           a process definition has a mistake; the running ones stay in force
    └── NotFound                    the asked-for thing does not exist (for this tenant)

Each error has a stable `code`, a `hint` that says what to do next, and `retryable`: whether the same call may succeed
later without anyone changing anything.
"""

from __future__ import annotations


class SpanledgerError(Exception):
    """What went wrong (`message`), what to do about it (`hint`), and whether to try again (`retryable`)."""

    code = "spanledger_error"
    retryable = False

    def __init__(self, message: str, *, hint: str = "", code: str | None = None, retryable: bool | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code
        if retryable is not None:
            self.retryable = retryable

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class SettingInvalid(SpanledgerError):
    """A setting, DSN or option makes no sense; nothing was started."""

    code = "setting_invalid"


class StoreError(SpanledgerError):
    """The store refused or failed."""

    code = "store_error"


class StoreBusy(StoreError):
    """Another process owns the embedded store's directory."""

    code = "store_busy"


class StoreUnavailable(StoreError):
    """The store cannot be reached or cannot write now."""

    code = "store_unavailable"
    retryable = True


class MigrationFailed(StoreError):
    """A schema migration did not run to its end."""

    code = "migration_failed"


class DefinitionInvalid(SpanledgerError):
    """A process definition has a mistake; the definitions that were running stay in force."""

    code = "definition_invalid"


class NotFound(SpanledgerError):
    """The asked-for thing does not exist, or belongs to another tenant: the two answer alike."""

    code = "not_found"
