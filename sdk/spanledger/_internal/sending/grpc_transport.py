"""OTLP over gRPC, for `spanledger[grpc]`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import grpc
from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spanledger._internal.sending.answers import Answer, Later, Refused, Taken, TooLarge
from spanledger._internal.sending.destination import Destination

_EXPORT: Final = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_ABOUT_THE_REQUEST: Final = frozenset({grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION})
_TOO_LARGE: Final = ("larger than max", "message too large", "exceeds")


class GrpcTransport:
    """Calls the trace service of a `Destination`."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        parts = urlsplit(destination.url)
        target = parts.netloc or destination.url
        self._metadata = tuple(destination.headers.items())
        compression = grpc.Compression.Gzip if destination.compression == "gzip" else grpc.Compression.NoCompression
        if parts.scheme == "https":
            self._channel = grpc.secure_channel(target, _credentials(destination), compression=compression)
        else:
            self._channel = grpc.insecure_channel(target, compression=compression)
        self._export: Any = self._channel.unary_unary(_EXPORT, None, ExportTraceServiceResponse.FromString)

    def send(self, body: bytes) -> Answer:
        """Call it with a request."""
        try:
            answer = self._export(body, metadata=self._metadata, timeout=self._destination.timeout)
        except grpc.RpcError as error:
            return _answer(error)
        partial = answer.partial_success
        return Taken(partial.rejected_spans, partial.error_message[:500])

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


def _answer(error: grpc.RpcError) -> Answer:
    code, details = error.code(), " ".join((error.details() or "").split())[:300]
    words = f"the collector answers {code.name}: {details}"
    after = _retry_after(error.trailing_metadata() or ())
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED and after is None and any(one in details for one in _TOO_LARGE):
        return TooLarge(words)
    if code in _ABOUT_THE_REQUEST:
        return Refused(words)
    return Later(words, after)


def _retry_after(trailers: Iterable[Any]) -> float | None:
    """Seconds from RetryInfo, which collectors send as a trailer of its own or within the status's details."""
    told = {key: value for key, value in trailers if isinstance(value, bytes)}
    try:
        if (raw := told.get("google.rpc.retryinfo-bin")) is not None:
            return _seconds(RetryInfo.FromString(raw))
        for detail in Status.FromString(told.get("grpc-status-details-bin", b"")).details:
            info = RetryInfo()
            if detail.Unpack(info):
                return _seconds(info)
    except DecodeError:
        return None
    return None


def _seconds(info: RetryInfo) -> float:
    return float(info.retry_delay.seconds + info.retry_delay.nanos / 1e9)


def _credentials(destination: Destination) -> grpc.ChannelCredentials:
    def read(path: str | None) -> bytes | None:
        return None if path is None else Path(path).read_bytes()

    return grpc.ssl_channel_credentials(
        read(destination.certificate), read(destination.client_key), read(destination.client_certificate)
    )
