"""Where the store is: one DSN names an embedded directory or a ClickHouse server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from spanledger_store.errors import SettingInvalid

DEFAULT_DATABASE = "spanledger"
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}\Z")
_SHAPES = (
    "Use chdb:///absolute/path for an embedded store or clickhouse://user:password@host:8123/database for a server."
)


@dataclass(frozen=True)
class Embedded:
    """ClickHouse's own engine in this process, over a directory."""

    path: Path
    database: str


@dataclass(frozen=True)
class Server:
    """A ClickHouse server, spoken to over its HTTP interface."""

    host: str
    port: int
    username: str
    password: str
    database: str
    secure: bool


Target = Embedded | Server


def parse_dsn(dsn: str) -> Target:
    """Read `chdb:///path[?database=name]`, `clickhouse://…` or `clickhouses://…` (TLS).

    Raises:
        SettingInvalid: the DSN has another shape, a relative path, or a database name that is no identifier.
    """
    try:
        parts = urlsplit(dsn)
        port = parts.port
    except ValueError as error:
        raise SettingInvalid(f"The store's DSN cannot be read: {error}.", hint=_SHAPES) from error
    if parts.scheme == "chdb":
        return _embedded(dsn)
    if parts.scheme in ("clickhouse", "clickhouses") and parts.hostname:
        secure = parts.scheme == "clickhouses"
        return Server(
            host=parts.hostname,
            port=port or (8443 if secure else 8123),
            username=unquote(parts.username or "default"),
            password=unquote(parts.password or ""),
            database=_identifier(parts.path.strip("/") or DEFAULT_DATABASE),
            secure=secure,
        )
    raise SettingInvalid(f"The store's DSN starts with {parts.scheme or dsn!r}, which names no engine.", hint=_SHAPES)


def _embedded(dsn: str) -> Embedded:
    parts = urlsplit(dsn)
    path = Path(unquote(parts.path))
    if parts.netloc or not path.is_absolute() or path == Path("/"):
        raise SettingInvalid(f"The store's DSN {dsn!r} does not name an absolute directory.", hint=_SHAPES)
    database = parse_qs(parts.query).get("database", [DEFAULT_DATABASE])[-1]
    return Embedded(path=path.resolve(), database=_identifier(database))


def _identifier(name: str) -> str:
    if not _IDENTIFIER.match(name):
        raise SettingInvalid(
            f"The database name {name!r} is not an identifier.", hint="Use letters, digits and underscores only."
        )
    return name
