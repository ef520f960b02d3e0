"""Answers in the request's own encoding: success, partial success, and `google.rpc.Status` for everything else."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spanledger_collector.refusals import Malformed, Refused

Encoding = Literal["protobuf", "json"]
Signal = Literal["traces", "logs"]
CONTENT_TYPES: dict[Encoding, str] = {"protobuf": "application/x-protobuf", "json": "application/json"}
_LONGEST_MESSAGE = 2000


@dataclass(frozen=True)
class Outcome:
    """What became of one request that was committed: how many of its spans or records were not stored, and why."""

    message: str = ""
    reasons: Mapping[str, int] = field(default_factory=dict)
    """How many, by the reason's short name."""

    @property
    def rejected(self) -> int:
        """How many in all."""
        return sum(self.reasons.values())


def success(outcome: Outcome, encoding: Encoding, signal: Signal) -> bytes:
    """The signal's response; `partial_success` stays unset when everything was accepted."""
    if encoding == "json":
        if not outcome.rejected:
            return b"{}"
        rejected = "rejectedSpans" if signal == "traces" else "rejectedLogRecords"
        partial = {rejected: str(outcome.rejected), "errorMessage": outcome.message}
        return json.dumps({"partialSuccess": partial}).encode()
    if signal == "logs":
        logs = ExportLogsServiceResponse()
        if outcome.rejected:
            logs.partial_success.rejected_log_records = outcome.rejected
            logs.partial_success.error_message = outcome.message
        return logs.SerializeToString()
    traces = ExportTraceServiceResponse()
    if outcome.rejected:
        traces.partial_success.rejected_spans = outcome.rejected
        traces.partial_success.error_message = outcome.message
    return traces.SerializeToString()


def retry_delay() -> float:
    """Seconds after which to try again: long enough for clients that count attempts, and not all at one time."""
    return random.uniform(1.0, 2.0)  # noqa: S311  spreads retries; nothing secret hangs on it


def status(refused: Refused, delay: float | None = None) -> Status:
    """The refusal as `google.rpc.Status`, with `BadRequest` or `RetryInfo` details where they say more."""
    message = refused.message[:_LONGEST_MESSAGE]
    result = Status(code=refused.code.value[0], message=message)
    if isinstance(refused, Malformed):
        violation = BadRequest.FieldViolation(field="body", description=message)
        result.details.append(_packed(BadRequest(field_violations=[violation])))
    if delay is not None:
        result.details.append(_packed(retry_info(delay)))
    return result


def retry_info(delay: float) -> RetryInfo:
    """`RetryInfo` of `delay` seconds."""
    return RetryInfo(retry_delay=Duration(seconds=int(delay), nanos=int(delay % 1 * 1_000_000_000)))


def failure(refused: Refused, encoding: Encoding, delay: float | None = None) -> bytes:
    """The body of an HTTP error."""
    if encoding == "protobuf":
        return bytes(status(refused, delay).SerializeToString())
    details: list[dict[str, object]] = []
    message = refused.message[:_LONGEST_MESSAGE]
    if isinstance(refused, Malformed):
        details.append(
            {
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [{"field": "body", "description": message}],
            }
        )
    if delay is not None:
        details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{delay:.3f}s"})
    body: dict[str, object] = {"code": refused.code.value[0], "message": message}
    if details:
        body["details"] = details
    return json.dumps(body).encode()


def _packed(detail: BadRequest | RetryInfo) -> Any:
    packed = Any()
    packed.Pack(detail)
    return packed
