"""What to say when the store cannot be opened: one sentence in place of the client's own."""

from __future__ import annotations

from clickhouse_connect.driver.exceptions import ClickHouseError

from spanledger_store.dsn import Embedded, Target
from spanledger_store.errors import StoreUnavailable

# ClickHouse's codes UNKNOWN_USER, WRONG_PASSWORD, REQUIRED_PASSWORD, ACCESS_DENIED and AUTHENTICATION_FAILED.
_REFUSED_USER = frozenset({192, 193, 194, 497, 516})


def unavailable(target: Target, error: ClickHouseError) -> StoreUnavailable:
    """The error to raise for a store that its client could not open."""
    code = getattr(error, "code", None)
    if isinstance(target, Embedded):
        return StoreUnavailable(
            f"The embedded engine cannot use {target.path}: {_first_line(error)}",
            hint="Check that the directory is Spanledger's own and has space.",
        )
    server = f"The ClickHouse server at {target.host}:{target.port}"
    if code in _REFUSED_USER:
        return StoreUnavailable(
            f"{server} refuses the user {target.username!r} (ClickHouse code {code}).",
            hint=f"Check the user and the password in the DSN, and the user's rights to the database {target.database}.",
            retryable=False,
        )
    if code is not None:
        return StoreUnavailable(
            f"{server} cannot be used: {_first_line(error)}", hint=f"Check its log and the database {target.database}."
        )
    return StoreUnavailable(
        f"{server} does not answer: {_root(error)}.", hint="Check the DSN, and that the server is up."
    )


def _root(error: BaseException) -> str:
    """What the system said beneath the layers of clients, such as "Connection refused"."""
    while error.__cause__ is not None:
        error = error.__cause__
    return (getattr(error, "strerror", None) or _first_line(error)).rstrip(".")


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]
