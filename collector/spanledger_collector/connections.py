"""A connection of OTLP/HTTP that nobody can keep open for nothing: uvicorn's own, with limits that it does not have."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


@dataclass(frozen=True)
class Limits:
    """`connections` open at a time, `head_bytes` of a request's head, and `head_seconds` for it to arrive in."""

    connections: int
    head_bytes: int
    head_seconds: float


class LimitedConnection(HttpToolsProtocol):
    """Refuses what is too much before the application is asked: there is no request yet to answer in its encoding."""

    def __init__(self, limits: Limits, **given: Any) -> None:
        super().__init__(**given)
        self._limits = limits
        self._head_bytes = 0
        self._in_head = False
        self._too_late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """One more connection, or one too many."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            self._end(b"503 Service Unavailable", b"retry-after: 2\r\n")
        else:
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits for it any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of a head are counted until it is whole."""
        self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > self._limits.head_bytes:
            self._end(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._in_head = True
        self._expect_head()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._in_head = False
        self._head_bytes = 0
        self._stop_waiting()
        super().on_headers_complete()

    def _expect_head(self) -> None:
        if self._too_late is None:
            self._too_late = self.loop.call_later(self._limits.head_seconds, self._end, b"408 Request Timeout")

    def _stop_waiting(self) -> None:
        if self._too_late is not None:
            self._too_late.cancel()
            self._too_late = None

    def _end(self, status: bytes, headers: bytes = b"") -> None:
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 " + status + b"\r\n" + headers + b"content-length: 0\r\nconnection: close\r\n\r\n"
            )
            self.transport.close()
