"""What a request asks, by ClickHouse's HTTP interface: the query, its values, the format, and who shows which credential."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, QueryParams

from spanledger_api.access.credentials import basic_password, bearer_token
from spanledger_api.clickhouse import tables
from spanledger_api.clickhouse.errors import BAD_ARGUMENTS, QueryRefused
from spanledger_api.clickhouse.statement import LONGEST

LARGEST_BODY: Final = 4 * LONGEST
"""Bytes of a request's body, as they are sent and as they are unpacked: a character has at most four."""
_QUERY_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
_ESCAPES: Final = {"t": "\t", "n": "\n", "r": "\r", "0": "\0", "b": "\b", "f": "\f"}
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    text: str
    values: Mapping[str, str]
    format: str | None
    query_id: str
    seconds: float | None
    """How long the client will wait at most, if it says so."""
    gzip: bool


def asked(parameters: QueryParams, headers: Headers, body: bytes, query_id: str) -> Asked:
    """What a request asks. Settings that it sends besides are not for it to choose, and ignored.

    Raises:
        QueryRefused: it cannot be read.
    """
    for name in ("compress", "decompress"):
        if parameters.get(name, "0") not in {"", "0", "false"}:
            raise QueryRefused(
                BAD_ARGUMENTS, f"{name}=1 is not spoken here: use HTTP's own compression (Accept-Encoding: gzip)."
            )
    database = parameters.get("database") or headers.get("x-clickhouse-database") or tables.PUBLIC
    if not tables.is_database(database):
        raise QueryRefused(81, f"There is no database {database[:80]} here; there is {tables.PUBLIC}.")
    given = parameters.get("query_id", "")
    return Asked(
        text="\n".join(one for one in (parameters.get("query", ""), _unpacked(body, headers)) if one.strip()),
        values={
            name.removeprefix("param_"): _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), value)
            for name, value in parameters.items()
            if name.startswith("param_")
        },
        format=parameters.get("default_format") or headers.get("x-clickhouse-format") or None,
        query_id=given if _QUERY_ID.fullmatch(given) else query_id,
        seconds=_seconds(parameters.get("max_execution_time", "")),
        gzip="gzip" in headers.get("accept-encoding", ""),
    )


def credential(parameters: QueryParams, headers: Headers) -> str:
    """The key or token that a request shows, in any of the ways of ClickHouse's clients; the user's name says nothing."""
    if "authorization" in headers:
        return bearer_token(headers) or basic_password(headers)
    return (headers.get("x-clickhouse-key") or parameters.get("password") or "").strip()


def _unpacked(body: bytes, headers: Headers) -> str:
    encoding = headers.get("content-encoding", "identity").lower()
    if encoding == "gzip":
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            body = unpacker.decompress(body, LARGEST_BODY)
        except zlib.error as error:
            raise QueryRefused(BAD_ARGUMENTS, "The body is not gzip.") from error
        if unpacker.unconsumed_tail:
            raise QueryRefused(BAD_ARGUMENTS, f"The body unpacks to more than {LARGEST_BODY} bytes.")
    elif encoding not in {"identity", ""}:
        raise QueryRefused(BAD_ARGUMENTS, f"A body in {encoding[:20]} is not read here; gzip is.")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise QueryRefused(BAD_ARGUMENTS, "The query is not UTF-8.") from error


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 0 < seconds < 1e9 else None
