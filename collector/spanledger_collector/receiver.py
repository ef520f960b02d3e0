"""The collector: OTLP in over HTTP and gRPC, durable rows out.

The way of a request: `http` or `grpc` reads its bytes, `intake` has them checked at the `door` and waits while
`group_commit` puts them into an `envelope` with others and inserts them once; ClickHouse decodes them (the views of
the store's `decoding`), and `responses` says what became of them. Success means committed.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from prometheus_client import CollectorRegistry

from spanledger_collector.config import CollectorConfig
from spanledger_collector.group_commit import GroupCommit
from spanledger_collector.grpc import GrpcServer
from spanledger_collector.http import HttpApplication, HttpServer, for_browsers
from spanledger_collector.in_flight import InFlight
from spanledger_collector.intake import Intake
from spanledger_collector.measures import Measures
from spanledger_collector.tenancy import Tenancy, TokenWatch
from spanledger_store import SettingInvalid, Store

_BACKLOG = 2048


class Collector:
    """Receives on both ports from `start` until `stop`. `clock` gives the moment of storing, in Unix nanoseconds."""

    def __init__(self, store: Store, config: CollectorConfig, clock: Callable[[], int] = time.time_ns) -> None:
        self._config = config
        self._checkers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="otlp-check")
        self._measures = Measures()
        self._commits = GroupCommit(
            store,
            max_bytes=config.group_max_bytes,
            max_delay=config.group_max_delay,
            threads=config.commit_threads,
            max_queued_bytes=config.max_in_flight_bytes,
            clock=clock,
            measures=self._measures,
        )
        in_flight = InFlight(config.max_in_flight_bytes)
        self._measures.watch(in_flight.by_tenant, lambda: self._commits.queue_age)
        tenancy = Tenancy(config.tokens, config.default_tenant)
        self._token_watch = TokenWatch(tenancy, store, config.tokens_every)
        self._intake = Intake(self._commits, self._checkers, tenancy, in_flight, self._measures)
        self._http: HttpServer | None = None
        self._grpc: GrpcServer | None = None
        self._http_port = 0
        self._grpc_port = 0

    @property
    def registry(self) -> CollectorRegistry:
        """What it counts of itself, for Prometheus."""
        return self._measures.registry

    @property
    def http_port(self) -> int:
        """The port that OTLP/HTTP is served on, once started."""
        return self._http_port

    @property
    def grpc_port(self) -> int:
        """The port that OTLP/gRPC is served on, once started."""
        return self._grpc_port

    def start(self) -> None:
        """Open both ports and receive.

        Raises:
            SettingInvalid: an address cannot be listened on; nothing is left open.
        """
        listening = _listen(*self._config.http_address)
        self._token_watch.start()
        grpc_server = GrpcServer(self._intake, self._config)
        try:
            self._grpc_port = grpc_server.start(*self._config.grpc_address)
        except SettingInvalid:
            self._token_watch.stop()
            grpc_server.stop(0)
            listening.close()
            raise
        self._http_port = int(listening.getsockname()[1])
        self._grpc = grpc_server
        application = for_browsers(HttpApplication(self._intake, self._config), self._config.cors_origins)
        self._http = HttpServer(application, listening, self._config)
        self._commits.start()
        self._http.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Take nothing new, commit what is held, answer it, and return within about `timeout` seconds."""
        until = time.monotonic() + timeout
        self._commits.hasten()
        for server in (self._http, self._grpc):
            if server is not None:
                server.stop(max(0.1, until - time.monotonic()))
        self._http = self._grpc = None
        self._token_watch.stop()
        self._commits.stop(max(0.1, until - time.monotonic()))
        self._checkers.shutdown(wait=False)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise SettingInvalid(
            f"Nothing can listen on {host}:{port} for OTLP/HTTP: {error.strerror or error}.",
            hint="Stop the program that holds the port, or give the collector another HTTP address.",
        ) from error
