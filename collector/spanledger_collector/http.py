"""OTLP/HTTP: a plain ASGI application under uvicorn, in a thread of its own with an event loop of its own."""

from __future__ import annotations

import asyncio
import functools
import math
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import uvicorn
from starlette.middleware.cors import CORSMiddleware
from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope

from spanledger_collector.config import CollectorConfig
from spanledger_collector.connections import LimitedConnection, Limits
from spanledger_collector.decompression import check_encoding
from spanledger_collector.intake import Intake, Reception
from spanledger_collector.refusals import (
    NotServed,
    Refused,
    TooLarge,
    TooSlow,
    Unauthenticated,
    UnknownType,
    WrongMethod,
    not_taken,
)
from spanledger_collector.responses import CONTENT_TYPES, Encoding, Signal, failure, retry_delay, success

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_SIGNALS: dict[str, Signal] = {"/v1/traces": "traces", "/": "traces", "/v1/logs": "logs"}
_NOT_TAKEN = {"/v1/metrics": "metrics", "/v1development/profiles": "profiles"}
_ENCODINGS: dict[str, Encoding] = {content_type: encoding for encoding, content_type in CONTENT_TYPES.items()}


@dataclass(frozen=True)
class _Head:
    """What a request's head says, before its body is read."""

    method: str
    path: str
    content_type: str
    content_encoding: str
    content_length: int | None
    authorization: str

    @property
    def encoding(self) -> Encoding | None:
        return _ENCODINGS.get(self.content_type)


class HttpApplication:
    """Answers every request in its own encoding; one of an unknown type in JSON, which people read."""

    def __init__(self, intake: Intake, config: CollectorConfig) -> None:
        self._intake = intake
        self._limit = config.max_body_bytes
        self._idle_timeout = config.idle_timeout

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """Serve one request (ASGI's `http` scope; uvicorn is told to send no other)."""
        assert scope["type"] == "http"
        head = _head(scope)
        try:
            with self._intake.reception() as reception:
                signal = _signal(head)
                reception.identify(head.authorization)
                encoding = self._readable(head)
                body = await self._body(head, receive, reception)
                if body is None:
                    return  # the client is gone: there is nobody to answer
                outcome = await reception.take(signal, encoding, body)
        except Refused as refused:
            await _refuse(refused, head.encoding or "json", send)
        else:
            await _answer(200, success(outcome, encoding, signal), encoding, [], send)

    def _readable(self, head: _Head) -> Encoding:
        if head.encoding is None:
            raise UnknownType(
                f"Content-Type {head.content_type[:100]!r} is not OTLP's. "
                "Send application/x-protobuf or application/json."
            )
        check_encoding(head.content_encoding)
        if head.content_length is not None and head.content_length > self._limit:
            raise self._too_large(head.content_length)
        return head.encoding

    async def _body(self, head: _Head, receive: ASGIReceiveCallable, reception: Reception) -> bytes | None:
        try:
            body = await self._received(receive, reception)
        except TimeoutError as error:
            raise TooSlow(
                f"No byte of the body came for {self._idle_timeout:g} s. Send the request again, whole."
            ) from error
        if body is None:
            return None
        if head.content_encoding in ("", "identity"):
            return body
        return await reception.unpacked(body, head.content_encoding, self._limit)

    async def _received(self, receive: ASGIReceiveCallable, reception: Reception) -> bytes | None:
        chunks: list[bytes] = []
        size = 0
        more = True
        async with asyncio.timeout(self._idle_timeout) as patience:
            while more:
                event = await receive()
                if event["type"] != "http.request":
                    return None
                chunk = event["body"]
                size += len(chunk)
                if size > self._limit:
                    raise self._too_large(size)
                reception.hold(len(chunk))
                chunks.append(chunk)
                more = event["more_body"]
                patience.reschedule(asyncio.get_running_loop().time() + self._idle_timeout)
        return b"".join(chunks)

    def _too_large(self, size: int) -> TooLarge:
        return TooLarge(
            f"The body has {size} bytes or more; the limit is {self._limit}. Send fewer spans in one request."
        )


def _signal(head: _Head) -> Signal:
    if head.path in _NOT_TAKEN:
        raise not_taken(_NOT_TAKEN[head.path])
    signal = _SIGNALS.get(head.path)
    if signal is None:
        raise NotServed(f"Nothing is served at {head.path[:200]}. Send traces to /v1/traces.")
    if head.method != "POST":
        raise WrongMethod(f"{head.method[:20]} is not served here. Send {signal} with POST.")
    return signal


def for_browsers(application: ASGI3Application, origins: Sequence[str]) -> ASGI3Application:
    """The application as pages of these origins may call it; without any, browsers let nobody."""
    if not origins:
        return application
    # No cookie is ever asked for, so that a wildcard gives nothing away: a page sends its token itself.
    sharing = CORSMiddleware(
        cast("ASGIApp", application),
        allow_origins=origins,
        allow_methods=["POST"],
        allow_headers=["*"],
        expose_headers=["Retry-After"],
    )
    return cast("ASGI3Application", sharing)


class HttpServer:
    """uvicorn on a socket that is already open. It leaves signals to the process."""

    def __init__(self, application: ASGI3Application, listening: socket.socket, config: CollectorConfig) -> None:
        limits = Limits(config.max_connections, config.max_head_bytes, config.head_timeout)
        tls = config.tls
        settings = uvicorn.Config(
            application,
            http=cast("type[asyncio.Protocol]", functools.partial(LimitedConnection, limits)),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            timeout_keep_alive=math.ceil(config.idle_timeout),
            ssl_certfile=tls.certificate if tls else None,
            ssl_keyfile=tls.key if tls else None,
            ssl_ca_certs=str(tls.client_authority) if tls and tls.client_authority else None,
            ssl_cert_reqs=ssl.CERT_REQUIRED if tls and tls.client_authority else ssl.CERT_NONE,
        )
        self._server = _QuietServer(settings)
        self._socket = listening
        self._thread = threading.Thread(target=self._run, name="otlp-http", daemon=True)

    def start(self) -> None:
        """Begin to serve; connections that came before wait in the socket's backlog."""
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """Take no new connection, answer what is under way, and return within `timeout` seconds."""
        self._server.config.timeout_graceful_shutdown = math.ceil(timeout)
        self._server.should_exit = True
        self._thread.join(timeout + 1)
        self._socket.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])


class _QuietServer(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _head(scope: HTTPScope) -> _Head:
    head = _Head(scope["method"], scope["path"].rstrip("/") or "/", "", "", None, "")
    for name, value in scope["headers"]:
        text = value.decode("latin-1").strip()
        if name == b"content-type":
            head = replace(head, content_type=text.partition(";")[0].strip().lower())
        elif name == b"content-encoding":
            head = replace(head, content_encoding=text.lower())
        elif name == b"content-length":
            head = replace(head, content_length=int(text))
        elif name == b"authorization":
            head = replace(head, authorization=text)
    return head


async def _refuse(refused: Refused, encoding: Encoding, send: ASGISendCallable) -> None:
    headers: list[tuple[bytes, bytes]] = []
    delay = retry_delay() if refused.retryable else None
    if delay is not None:
        headers.append((b"retry-after", str(math.ceil(delay)).encode()))
    if isinstance(refused, WrongMethod):
        headers.append((b"allow", b"POST"))
    if isinstance(refused, Unauthenticated):
        headers.append((b"www-authenticate", b"Bearer"))
    await _answer(refused.status, failure(refused, encoding, delay), encoding, headers, send)


async def _answer(
    status: int, body: bytes, encoding: Encoding, headers: list[tuple[bytes, bytes]], send: ASGISendCallable
) -> None:
    fixed = [
        (b"content-type", CONTENT_TYPES[encoding].encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": fixed + headers, "trailers": False})
    await send({"type": "http.response.body", "body": body, "more_body": False})
