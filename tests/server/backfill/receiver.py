"""An OTLP/HTTP receiver on the loopback that decodes what it gets and answers as a test wants it to."""

from __future__ import annotations

import gzip
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Scripted:
    """One answer: a status, headers and a body."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def partial(rejected: int, message: str) -> Scripted:
    """A success that refuses some spans."""
    response = ExportTraceServiceResponse()
    response.partial_success.rejected_spans = rejected
    response.partial_success.error_message = message
    return Scripted(body=response.SerializeToString())


@dataclass
class Receiver:
    """What arrived. `script` holds the next answers; when it is empty, everything is taken."""

    url: str
    script: deque[Scripted] = field(default_factory=deque)
    requests: list[ExportTraceServiceRequest] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    on_request: Callable[[int], None] = lambda _count: None

    @property
    def spans(self) -> list[Span]:
        """Every span of every request that was answered with 200."""
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    @property
    def ids(self) -> set[tuple[bytes, bytes]]:
        """The distinct identities of these spans."""
        return {(span.trace_id, span.span_id) for span in self.spans}


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A running receiver on a free port."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = gzip.decompress(self.rfile.read(int(self.headers["content-length"])))
            with lock:
                receiver.paths.append(self.path)
                receiver.headers.append({name.lower(): value for name, value in self.headers.items()})
                answer = receiver.script.popleft() if receiver.script else Scripted()
                if answer.status == 200:
                    receiver.requests.append(ExportTraceServiceRequest.FromString(body))
                receiver.on_request(len(receiver.paths))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def attributes(span: Span) -> dict[str, str | list[str]]:
    """The attributes of a span as plain values."""
    return {one.key: _plain(one.value) for one in span.attributes}


def _plain(value: AnyValue) -> str | list[str]:
    if value.HasField("array_value"):
        return [item.string_value for item in value.array_value.values]
    return value.string_value
