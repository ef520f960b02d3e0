"""Where to send, and how the answers of an OTLP/HTTP receiver read.

The rules are those of OTLP 1.11: a base address gets `/v1/traces` behind it; 429, 502, 503 and 504 mean "again later",
everything else that is not 200 is final; 200 may still say that some spans were refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit, urlunsplit

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spanledger_server.backfill.errors import DeliveryFailed

TRACES = "/v1/traces"
RETRYABLE = frozenset({429, 502, 503, 504})
_HINTS = {
    401: "Give a token with --token, or in SPANLEDGER_TOKEN.",
    403: "The token may not send spans; take one that may.",
    404: "Is this the collector's OTLP/HTTP port (4318)?",
    413: "Make --batch-size smaller.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said to one request it took: spans it refused, and its message (also a mere warning)."""

    rejected: int = 0
    message: str = ""


def traces_url(endpoint: str) -> str:
    """The address for traces of an endpoint. Raises DeliveryFailed if it is no http(s) address."""
    parts = urlsplit(endpoint if "://" in endpoint else f"http://{endpoint}")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise DeliveryFailed(
            f"`{endpoint}` is no HTTP address.",
            hint="Write http://host:4318.",
            code="endpoint_invalid",
            retryable=False,
        )
    path = parts.path.rstrip("/")
    return urlunsplit(parts._replace(path=path if path.endswith(TRACES) else path + TRACES))


def read_answer(body: bytes) -> Answer:
    """The partial success in the body of a 200. Raises ValueError if the body is no answer of an OTLP receiver."""
    try:
        partial = ExportTraceServiceResponse.FromString(body).partial_success
    except DecodeError as error:
        raise ValueError("the answer is not OTLP") from error
    return Answer(int(partial.rejected_spans), partial.error_message)


def refusal(url: str, status: int, headers: Mapping[str, str], body: bytes) -> DeliveryFailed:
    """The error for a final refusal, with the receiver's own words where it has any."""
    said = _message(headers, body)
    return DeliveryFailed(
        f"{url} refused with HTTP {status}" + (f": {said}" if said else "") + ".",
        hint=_HINTS.get(status, ""),
        retryable=False,
    )


def _message(headers: Mapping[str, str], body: bytes) -> str:
    """The text of an error body: google.rpc.Status in protobuf (its field 2), or whatever text there is."""
    if headers.get("content-type", "").startswith("application/x-protobuf"):
        try:
            # Field 2 of google.rpc.Status is its message, as it is of ExportTracePartialSuccess; other fields are skipped.
            from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTracePartialSuccess  # noqa: PLC0415

            return ExportTracePartialSuccess.FromString(body).error_message
        except DecodeError:
            return ""
    return body.decode("utf-8", "replace").strip()[:300]


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds that `Retry-After` asks for, given as seconds or as a date; None without it."""
    value = headers.get("retry-after", "").strip()
    if value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds())
