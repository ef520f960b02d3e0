"""How a query is refused: by the codes of ClickHouse, which its clients know."""

from __future__ import annotations

import re
from typing import Final

SYNTAX_ERROR: Final = 62
UNKNOWN_TABLE: Final = 60
ACCESS_DENIED: Final = 497
AUTHENTICATION_FAILED: Final = 516
TIMEOUT_EXCEEDED: Final = 159
QUERY_WAS_CANCELLED: Final = 394
TOO_MANY_SIMULTANEOUS_QUERIES: Final = 202
BAD_ARGUMENTS: Final = 36
_NAMES: Final = {
    SYNTAX_ERROR: "SYNTAX_ERROR",
    UNKNOWN_TABLE: "UNKNOWN_TABLE",
    ACCESS_DENIED: "ACCESS_DENIED",
    AUTHENTICATION_FAILED: "AUTHENTICATION_FAILED",
    TIMEOUT_EXCEEDED: "TIMEOUT_EXCEEDED",
    QUERY_WAS_CANCELLED: "QUERY_WAS_CANCELLED",
    TOO_MANY_SIMULTANEOUS_QUERIES: "TOO_MANY_SIMULTANEOUS_QUERIES",
    BAD_ARGUMENTS: "BAD_ARGUMENTS",
    73: "UNKNOWN_FORMAT",
}
_STATUSES: Final = {
    SYNTAX_ERROR: 400,
    BAD_ARGUMENTS: 400,
    73: 400,
    UNKNOWN_TABLE: 404,
    ACCESS_DENIED: 403,
    AUTHENTICATION_FAILED: 401,
    TIMEOUT_EXCEEDED: 408,
    TOO_MANY_SIMULTANEOUS_QUERIES: 429,
}


class QueryRefused(Exception):
    """A query that is not answered: a code of ClickHouse, and in words what is wrong and what to do."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        """The HTTP status of the answer; as of ClickHouse 500 for most."""
        return _STATUSES.get(self.code, 500)

    @property
    def text(self) -> str:
        """The whole of it as ClickHouse writes it."""
        name = _NAMES.get(self.code)
        return f"Code: {self.code}. DB::Exception: {self.message}{f' ({name})' if name else ''}"


_ENGINE: Final = re.compile(r"Code: (\d+)\. DB::Exception: (.*)", re.DOTALL)
_TAIL: Final = re.compile(r"\s*\(version [^)]*\).*\Z", re.DOTALL)
_NAME: Final = re.compile(r"\s*\(([A-Z][A-Z0-9_]+)\)\.?\s*\Z")


def refused_by_engine(text: str, own: str, public: str) -> QueryRefused:
    """What the engine said of a query, under the name by which clients know its database."""
    found = _ENGINE.search(text)
    if found is None:
        return QueryRefused(1001, text[:1000].replace(own, public))
    while inner := _ENGINE.match(found[2]):
        found = inner
    told = _NAME.sub("", _TAIL.sub("", found[2])).replace(own, public)
    return QueryRefused(int(found[1]), told.strip())
