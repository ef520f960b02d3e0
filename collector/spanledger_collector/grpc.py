"""OTLP/gRPC: `Export` of the trace and the logs service on raw bytes, so that nothing is decoded in Python."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

import grpc
from grpc import aio

from spanledger_collector.config import CollectorConfig, Tls
from spanledger_collector.intake import Intake
from spanledger_collector.refusals import Refused, not_taken
from spanledger_collector.responses import Signal, retry_delay, retry_info, status, success
from spanledger_store import SettingInvalid

_PREFIX = "opentelemetry.proto.collector"
_SERVICES: dict[Signal, str] = {"traces": f"{_PREFIX}.trace.v1.TraceService", "logs": f"{_PREFIX}.logs.v1.LogsService"}
_NOT_TAKEN = {
    "metrics": f"{_PREFIX}.metrics.v1.MetricsService",
    "profiles": f"{_PREFIX}.profiles.v1development.ProfilesService",
}
_Context = aio.ServicerContext[Any, Any]
_Export = Callable[[bytes, _Context], Awaitable[bytes]]


class GrpcServer:
    """grpcio's asyncio server, in a thread of its own with an event loop of its own."""

    def __init__(self, intake: Intake, config: CollectorConfig) -> None:
        self._intake = intake
        self._config = config
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="otlp-grpc", daemon=True)
        self._server: aio.Server | None = None

    def start(self, host: str, port: int) -> int:
        """Listen, serve, and return the port.

        Raises:
            SettingInvalid: the address cannot be listened on.
        """
        self._thread.start()
        return asyncio.run_coroutine_threadsafe(self._start(host, port), self._loop).result()

    def stop(self, timeout: float) -> None:
        """Take no new call, answer what is under way, and return within `timeout` seconds."""
        if self._server is not None:
            asyncio.run_coroutine_threadsafe(self._server.stop(timeout), self._loop).result(timeout + 1)
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread.is_alive():
            self._thread.join(1)
        self._loop.close()

    async def _start(self, host: str, port: int) -> int:
        options = [
            ("grpc.max_receive_message_length", self._config.max_body_bytes),
            ("grpc.max_metadata_size", self._config.max_head_bytes),
            ("grpc.absolute_max_metadata_size", self._config.max_head_bytes),
            ("grpc.server_handshake_timeout_ms", int(self._config.head_timeout * 1000)),
            ("grpc.max_connection_idle_ms", int(self._config.idle_timeout * 1000)),
            # A connection whose other end is gone is found out; a client may ask as often as the specification allows.
            ("grpc.keepalive_time_ms", int(self._config.idle_timeout * 1000)),
            ("grpc.keepalive_timeout_ms", 20_000),
            ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
            # Two collectors on one port would share it in silence.
            ("grpc.so_reuseport", 0),
        ]
        server = aio.server(options=options)
        handlers = [_handler(service, self._exporter(signal)) for signal, service in _SERVICES.items()]
        handlers += [_handler(service, _refuser(signal)) for signal, service in _NOT_TAKEN.items()]
        server.add_generic_rpc_handlers(handlers)
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            if self._config.tls is None:
                bound = server.add_insecure_port(address)
            else:
                bound = server.add_secure_port(address, _credentials(self._config.tls))
        except RuntimeError as error:
            raise SettingInvalid(
                f"Nothing can listen on {address} for OTLP/gRPC: {error}.",
                hint="Stop the program that holds the port, or give the collector another gRPC address.",
            ) from error
        await server.start()
        self._server = server
        return bound

    def _exporter(self, signal: Signal) -> _Export:
        async def export(body: bytes, context: _Context) -> bytes:
            try:
                with self._intake.reception() as reception:
                    reception.identify(_authorization(context))
                    reception.hold(len(body))
                    outcome = await reception.take(signal, "protobuf", body)
            except Refused as refused:
                await _abort(refused, context)
            return success(outcome, "protobuf", signal)

        return export


def _credentials(tls: Tls) -> grpc.ServerCredentials:
    authority = tls.client_authority
    return grpc.ssl_server_credentials(
        [(tls.key.read_bytes(), tls.certificate.read_bytes())],
        root_certificates=authority.read_bytes() if authority else None,
        require_client_auth=authority is not None,
    )


def _handler(service: str, export: _Export) -> grpc.GenericRpcHandler:
    return grpc.method_handlers_generic_handler(service, {"Export": grpc.unary_unary_rpc_method_handler(export)})


def _refuser(signal: str) -> _Export:
    async def refuse(_body: bytes, context: _Context) -> bytes:
        await _abort(not_taken(signal), context)

    return refuse


def _authorization(context: _Context) -> str:
    for key, value in context.invocation_metadata() or ():
        if key == "authorization":
            return value if isinstance(value, str) else value.decode("latin-1")
    return ""


async def _abort(refused: Refused, context: _Context) -> NoReturn:
    """End the call before any message, so that the status travels as Trailers-Only, which Java's client retries.

    Python's client reads the delay from a trailer of its own, .NET's from the status details: both get it.
    """
    delay = retry_delay() if refused.retryable else None
    details = status(refused, delay)
    trailers: list[tuple[str, str | bytes]] = [("grpc-status-details-bin", details.SerializeToString())]
    if delay is not None:
        trailers.append(("google.rpc.retryinfo-bin", retry_info(delay).SerializeToString()))
    await context.abort(refused.code, details.message, tuple(trailers))
