"""Answers as ClickHouse gives them over HTTP: formats, headers, errors, and the first block that clickhouse-go reads."""

from __future__ import annotations

import json
import zlib
from typing import Final

from starlette.responses import Response

from spanledger_api.access.attendance import SAFE_HEADERS
from spanledger_api.clickhouse.errors import QueryRefused

_CONTENT_TYPES: Final = (
    ("JSONEachRow", "application/x-ndjson; charset=UTF-8"),
    ("JSON", "application/json; charset=UTF-8"),
    ("NDJSON", "application/x-ndjson; charset=UTF-8"),
    ("CSV", "text/csv; charset=UTF-8; header=present"),
    ("TabSeparated", "text/tab-separated-values; charset=UTF-8"),
    ("TSV", "text/tab-separated-values; charset=UTF-8"),
    ("XML", "application/xml; charset=UTF-8"),
    ("Pretty", "text/plain; charset=UTF-8"),
    ("Vertical", "text/plain; charset=UTF-8"),
    ("Markdown", "text/markdown; charset=UTF-8"),
    ("Values", "text/plain; charset=UTF-8"),
)
_WORTH_COMPRESSING: Final = 1024


def answer(body: bytes, fmt: str, query_id: str, seconds: float, *, gzip: bool) -> Response:
    """A result."""
    content_type = next((kind for name, kind in _CONTENT_TYPES if fmt.startswith(name)), "application/octet-stream")
    summary = {"elapsed_ns": str(round(seconds * 1e9)), "result_bytes": str(len(body))}
    headers = _headers(query_id) | {"X-ClickHouse-Format": fmt, "X-ClickHouse-Summary": json.dumps(summary)}
    if gzip and len(body) > _WORTH_COMPRESSING:
        # The window's sixteen more make it gzip. The lowest level takes a third of the time of the usual one.
        packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        body = packer.compress(body) + packer.flush()
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type=None, headers=headers | {"Content-Type": content_type})


def refusal(error: QueryRefused, query_id: str, extra: dict[str, str] | None = None) -> Response:
    """An error. Results are whole before they are sent, so that none breaks off with one."""
    headers = _headers(query_id) | {"X-ClickHouse-Exception-Code": str(error.code)} | (extra or {})
    return Response(f"{error.text}\n", error.status, headers, media_type="text/plain; charset=UTF-8")


def hello(version: str) -> bytes:
    """The answer to clickhouse-go's first question, as it decodes it: a Native block of the revision that it speaks.

    A block then begins with its info, and each column has a byte for how it is serialised. The revision that it is told,
    0, is the one by which it decodes everything after: Native as the engine writes it.
    """
    columns = (
        ("displayName()", "String", _text("spanledger")),
        ("version()", "String", _text(version)),
        ("revision()", "UInt32", (0).to_bytes(4, "little")),
        ("timezone()", "String", _text("UTC")),
    )
    info = b"\x01\x00" + b"\x02" + (-1).to_bytes(4, "little", signed=True) + b"\x00"
    shape = bytes((len(columns), 1))
    return info + shape + b"".join(_text(name) + _text(kind) + b"\x00" + data for name, kind, data in columns)


def _text(value: str) -> bytes:
    """A string as Native has it: its length, here always below 128, and its bytes."""
    raw = value.encode()
    return bytes((len(raw),)) + raw


def _headers(query_id: str) -> dict[str, str]:
    return {
        "X-ClickHouse-Query-Id": query_id,
        "X-ClickHouse-Server-Display-Name": "spanledger",
        "X-ClickHouse-Timezone": "UTC",
        **SAFE_HEADERS,
    }
