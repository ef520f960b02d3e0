"""What a client asks of ClickHouse over HTTP: the statement, its data, its bound values and its settings."""

from __future__ import annotations

import base64
import binascii
import email.policy
import gzip
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from urllib.parse import parse_qsl

import lz4.frame  # type: ignore[import-untyped]  # it ships no types
from starlette.requests import Request

# ClickHouse's defaults for http_max_uri_size and http_max_field_value_size, in bytes.
MAX_URI, _MAX_FIELD = 1_048_576, 131_072
_TRANSPORT = frozenset(
    {
        "buffer_size", "client_protocol_version", "compress", "database", "decompress", "default_format",
        "enable_http_compression", "http_headers_progress_interval_ms", "query", "query_id", "quota_key", "role",
        "send_progress_in_http_headers", "session_check", "session_id", "session_timeout", "wait_end_of_query",
        "cancel_http_readonly_queries_on_client_close",
    }
)  # fmt: skip
_INSERT_OF_DATA = re.compile(
    rb"\s*INSERT\s+INTO\s+(?P<table>[^\s(]+)\s*(?P<columns>\([^)]*\))?\s*FORMAT\s+(?P<format>\w+)[ \t]*(?:\r?\n)?",
    re.IGNORECASE,
)
_RESULT = re.compile(rb"\s*\(*\s*(?:SELECT|WITH|SHOW|DESC|EXISTS|EXPLAIN)", re.IGNORECASE)
_FORMAT = re.compile(rb"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)


class Refused(Exception):
    """The request gets an error: ClickHouse's code, and the message as ClickHouse words it."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @classmethod
    def named(cls, code: int, name: str, message: str) -> Refused:
        """With the parts of ClickHouse's wording around the message."""
        return cls(code, f"Code: {code}. DB::Exception: {message} ({name}) (version 26.9.1.1)")


@dataclass(frozen=True)
class Insert:
    """Data that goes into a table."""

    table: str
    columns: str
    input_format: str
    data: bytes


@dataclass(frozen=True)
class Asked:
    """One request, read."""

    statement: bytes
    insert: Insert | None
    bound: dict[str, str]
    settings: dict[str, str]
    database: str
    session: str
    session_timeout: float | None
    result_format: str
    accepts: str


def asked(request: Request, body: bytes, credentials: tuple[str, str]) -> Asked:
    """Read a request.

    Raises:
        Refused: the credentials are wrong, or something is longer than ClickHouse takes.
    """
    if _credentials(request.headers.get("authorization", "")) != credentials:
        message = "default: Authentication failed: password is incorrect, or there is no user with such name."
        raise Refused.named(516, "AUTHENTICATION_FAILED", message)
    query = request.scope["query_string"]
    if len(query) > MAX_URI:
        raise Refused.named(1000, "POCO_EXCEPTION", "HTTP request URI invalid or too long")
    fields = dict(parse_qsl(query.decode(), keep_blank_values=True))
    body = _decoded(body, request.headers.get("content-encoding", ""))
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("multipart/form-data"):
        fields |= _form(content_type, body)
        body = b""
    if too_long := [name for name, value in fields.items() if len(value.encode()) > _MAX_FIELD]:
        raise Refused.named(1000, "POCO_EXCEPTION", f"HTML Form Exception: Field value too long: {too_long}")
    return _asked(fields, body, request.headers.get("accept-encoding", ""))


def _asked(fields: dict[str, str], body: bytes, accepts: str) -> Asked:
    text = b"\n".join(part for part in (fields.get("query", "").encode(), body) if part)
    match = _INSERT_OF_DATA.match(text)
    insert = match and Insert(
        match["table"].decode(), (match["columns"] or b"").decode(), match["format"].decode(), text[match.end() :]
    )
    given = _FORMAT.search(text)
    result_format = given[1].decode() if given else "TabSeparated"
    timeout = fields.get("session_timeout")
    return Asked(
        statement=text,
        insert=insert or None,
        bound={name.removeprefix("param_"): value for name, value in fields.items() if name.startswith("param_")},
        settings={
            name: value for name, value in fields.items() if name not in _TRANSPORT and not name.startswith("param_")
        },
        database=fields.get("database", "default"),
        session=fields.get("session_id", ""),
        session_timeout=float(timeout) if timeout else None,
        result_format=result_format if _RESULT.match(text) else "",
        accepts=accepts if fields.get("enable_http_compression") == "1" else "",
    )


def encoded(body: bytes, accepts: str) -> tuple[bytes, str]:
    """The body as the client would have it, and the name of that encoding."""
    if "lz4" in accepts:
        return lz4.frame.compress(body), "lz4"
    if "gzip" in accepts:
        return gzip.compress(body, 1), "gzip"
    return body, ""


def _decoded(body: bytes, encoding: str) -> bytes:
    if encoding == "lz4":
        return bytes(lz4.frame.decompress(body))
    if encoding == "gzip":
        return gzip.decompress(body)
    if encoding not in ("", "identity"):
        raise Refused.named(48, "NOT_IMPLEMENTED", f"Unknown compression method {encoding}")
    return body


def _credentials(header: str) -> tuple[str, str]:
    try:
        user, _, password = base64.b64decode(header.removeprefix("Basic "), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ("", "")
    return user, password


def _form(content_type: str, body: bytes) -> dict[str, str]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(_class=EmailMessage, policy=email.policy.HTTP).parsebytes(head + body)
    fields: dict[str, str] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            fields[name] = payload.decode()
    return fields
