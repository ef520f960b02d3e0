"""Where the store is: one DSN names an embedded directory or a ClickHouse server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from spanledger_store.errors import SettingInvalid

DEFAULT_DATABASE = "spanledger"
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}\Z")
_SHAPES = (
    "Use chdb:///absolute/path for an embedded store or clickhouse://user:password@host:8123/database for a server."
)
_ENCODE = "Write special characters in a password or path percent-encoded, as in %2F for '/'."


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
        SettingInvalid: the DSN has another shape, a relative path, an unknown option, or a database name that is no
            identifier. It never shows what may be a part of a password.
    """
    try:
        parts = urlsplit(dsn)
        port = parts.port
    except ValueError:
        # Its own message may quote a part of the password, so it is not passed on.
        raise SettingInvalid(
            "The store's DSN cannot be read: its host or port is malformed.", hint=f"{_SHAPES} {_ENCODE}"
        ) from None
    if parts.scheme == "chdb":
        return _embedded(parts)
    if parts.scheme in ("clickhouse", "clickhouses"):
        return _server(parts, port)
    raise SettingInvalid(f"The store's DSN starts with {parts.scheme!r}, which names no engine.", hint=_SHAPES)


def _embedded(parts: SplitResult) -> Embedded:
    options = _options(parts, "database")
    given = unquote(parts.path)
    try:
        path = Path(given).resolve()
    except (ValueError, OSError, RuntimeError) as error:
        raise SettingInvalid(
            f"The store's DSN names the directory {given!r}, which cannot be: {error}.", hint=_SHAPES
        ) from error
    if parts.netloc or not Path(given).is_absolute() or not path.name:
        raise SettingInvalid("The store's DSN does not name an absolute directory.", hint=_SHAPES)
    if "?" in str(path):
        raise SettingInvalid(
            f"The store's directory {str(path)!r} has a '?' in its name, where the engine's options begin.",
            hint="Give the directory another name.",
        )
    return Embedded(path=path, database=_identifier(options.get("database", DEFAULT_DATABASE)))


def _server(parts: SplitResult, port: int | None) -> Server:
    _options(parts)
    if not parts.hostname:
        raise SettingInvalid("The store's DSN names no host.", hint=_SHAPES)
    if port == 0:
        raise SettingInvalid("The store's DSN names port 0, which no server listens on.", hint=_SHAPES)
    secure = parts.scheme == "clickhouses"
    return Server(
        host=parts.hostname,
        port=port or (8443 if secure else 8123),
        username=unquote(parts.username or "default"),
        password=unquote(parts.password or ""),
        database=_identifier(parts.path.strip("/") or DEFAULT_DATABASE),
        secure=secure,
    )


def _options(parts: SplitResult, *allowed: str) -> dict[str, str]:
    if parts.fragment:
        raise SettingInvalid("The store's DSN has a '#', which would cut it short.", hint=_ENCODE)
    options: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name not in allowed:
            raise SettingInvalid(f"The store's DSN has an option {_shown(name)}that means nothing here.", hint=_SHAPES)
        if name in options:
            raise SettingInvalid(f"The store's DSN gives the option {name!r} twice.", hint="Give it once.")
        options[name] = value
    return options


def _identifier(name: str) -> str:
    if not _IDENTIFIER.match(name):
        raise SettingInvalid(
            f"The database name {_shown(name)}is not an identifier.",
            hint=f"Use letters, digits and underscores only. {_ENCODE}",
        )
    return name


def _shown(text: str) -> str:
    """The text in quotes, unless it may be the rest of a password that was cut at a special character."""
    return "" if "@" in text else f"{text!r} "
