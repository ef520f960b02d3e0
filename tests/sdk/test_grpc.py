"""What the SDK makes of each answer of a collector over gRPC, from a real server."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)

from spanledger._internal.sending.answers import Answer, Later, Refused, Taken, TooLarge
from spanledger._internal.sending.destination import GRPC, Destination
from spanledger._internal.sending.grpc_transport import GrpcTransport

WAIT = RetryInfo(retry_delay=Duration(seconds=7, nanos=500_000_000))


class Receiver(TraceServiceServicer):
    """Answers as it is told to."""

    def __init__(self) -> None:
        self.code: grpc.StatusCode | None = None
        self.words = ""
        self.trailers: list[tuple[str, bytes]] = []
        self.partial: ExportTracePartialSuccess | None = None

    def Export(  # noqa: N802 - the protocol names it so
        self, request: ExportTraceServiceRequest, context: grpc.ServicerContext
    ) -> ExportTraceServiceResponse:
        del request
        if self.code is not None:
            context.set_trailing_metadata(tuple(self.trailers))
            context.abort(self.code, self.words)
        return ExportTraceServiceResponse(partial_success=self.partial)


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, GrpcTransport]]:
    """A server on loopback, and a transport to it."""
    told = Receiver()
    server = grpc.server(ThreadPoolExecutor(2), options=[("grpc.max_receive_message_length", 10_000)])
    add_TraceServiceServicer_to_server(told, server)  # type: ignore[no-untyped-call]  # generated code
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    transport = GrpcTransport(Destination(url=f"http://127.0.0.1:{port}", protocol=GRPC, timeout=5))
    yield told, transport
    transport.close()
    server.stop(None).wait()


def details() -> bytes:
    """RetryInfo within the status's details, where .NET looks for it."""
    inside = Any()
    inside.Pack(WAIT)
    raw: bytes = Status(code=14, message="busy", details=[inside]).SerializeToString()
    return raw


def test_rejected_spans_are_read(receiver: tuple[Receiver, GrpcTransport]) -> None:
    told, transport = receiver
    assert transport.send(b"") == Taken()
    told.partial = ExportTracePartialSuccess(rejected_spans=3, error_message="trace_id must not be zero")
    assert transport.send(b"") == Taken(3, "trace_id must not be zero")


@pytest.mark.parametrize(
    ("code", "trailers", "expected"),
    [
        (grpc.StatusCode.UNAVAILABLE, [], Later("the collector answers UNAVAILABLE: said", None)),
        (
            grpc.StatusCode.UNAVAILABLE,
            [("google.rpc.retryinfo-bin", WAIT.SerializeToString())],
            Later("the collector answers UNAVAILABLE: said", 7.5),
        ),
        (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            [("grpc-status-details-bin", details())],
            Later("the collector answers RESOURCE_EXHAUSTED: said", 7.5),
        ),
        (
            grpc.StatusCode.UNAVAILABLE,
            [("google.rpc.retryinfo-bin", b"\xff\xff")],
            Later("the collector answers UNAVAILABLE: said", None),
        ),
        (grpc.StatusCode.UNAUTHENTICATED, [], Later("the collector answers UNAUTHENTICATED: said", None)),
        (grpc.StatusCode.INTERNAL, [], Later("the collector answers INTERNAL: said", None)),
        (grpc.StatusCode.INVALID_ARGUMENT, [], Refused("the collector answers INVALID_ARGUMENT: said")),
    ],
)
def test_what_a_status_means(
    receiver: tuple[Receiver, GrpcTransport],
    code: grpc.StatusCode,
    trailers: list[tuple[str, bytes]],
    expected: Answer,
) -> None:
    told, transport = receiver
    told.code, told.words, told.trailers = code, "said", trailers
    assert transport.send(b"") == expected


def test_a_message_that_is_too_large_and_a_server_that_is_gone(receiver: tuple[Receiver, GrpcTransport]) -> None:
    _, transport = receiver
    assert isinstance(transport.send(b"\x0a" + b"\x90\x4e" + b"\0" * 10_000), TooLarge)
    gone = GrpcTransport(Destination(url="http://127.0.0.1:9", protocol=GRPC, timeout=1))
    assert isinstance(gone.send(b""), Later)
    gone.close()
