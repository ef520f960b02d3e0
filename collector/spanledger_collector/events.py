"""Business events that come as OTLP logs: each log record that carries a `business.` attribute becomes a span.

The span begins and ends when the event happened and hangs beneath the span that the record names. A record has no id,
so that of its span is made of its content: the same record sent again is the same span. Other records are not
Spanledger's to keep; they are counted. What comes out is a trace request in the encoding that came in.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.message import DecodeError
from pydantic import ValidationError

from spanledger_collector import fault
from spanledger_collector.deep_values import dumped
from spanledger_collector.door_schema import DeepRequest, LogsRequest
from spanledger_collector.json_door import invalid
from spanledger_collector.json_schema import validated_logs
from spanledger_collector.refusals import Malformed
from spanledger_collector.responses import Encoding

_PREFIX: Final = "business."
_ERROR_SEVERITY: Final = 17
"""From this severity number on a record tells of an error (OpenTelemetry's logs data model)."""
_INTERNAL, _STATUS_ERROR = 1, 2
_TRACE_ID, _SPAN_ID = re.compile(r"(?!0{32})[0-9a-f]{32}\Z"), re.compile(r"(?!0{16})[0-9a-f]{16}\Z")


@dataclass(frozen=True)
class Events:
    """A trace request with the events of a logs request, and the number of its other records."""

    request: bytes
    others: int


def events(body: bytes, encoding: Encoding) -> Events:
    """The business events of an ExportLogsServiceRequest.

    Raises:
        Malformed: it is none; the message says where it breaks.
    """
    return _of_json(body) if encoding == "json" else _of_protobuf(body)


def _of_protobuf(body: bytes) -> Events:
    # The classes are made at run time from a schema, so their fields have no static types.
    given: Any
    try:
        given = LogsRequest.FromString(body)
    except DecodeError as error:
        raise Malformed(
            f"The body is no OTLP/protobuf logs request: {fault.located(body, 'LogsRequest')}. "
            "Send an ExportLogsServiceRequest whole, and name its encoding in Content-Type."
        ) from error
    made: Any = DeepRequest()
    prefix = _PREFIX.encode()
    others = 0
    for resource_logs in given.resource_logs:
        resource_spans = made.resource_spans.add(resource=resource_logs.resource, schema_url=resource_logs.schema_url)
        source = resource_logs.resource.SerializePartialToString(deterministic=True)
        for scope_logs in resource_logs.scope_logs:
            scope_spans = resource_spans.scope_spans.add(scope=scope_logs.scope, schema_url=scope_logs.schema_url)
            for record in scope_logs.log_records:
                if any(attribute.key.startswith(prefix) for attribute in record.attributes):
                    _fill(scope_spans.spans.add(), record, source)
                else:
                    others += 1
    return Events(made.SerializePartialToString(), others)


def _fill(span: Any, record: Any, source: bytes) -> None:
    digest = _digest(source, record.SerializePartialToString(deterministic=True))
    has_trace = _TRACE_ID.match(record.trace_id.hex())
    span.trace_id = record.trace_id if has_trace else digest[8:24]
    span.span_id = digest[:8]
    if has_trace and _SPAN_ID.match(record.span_id.hex()):
        span.parent_span_id = record.span_id
    span.flags = record.flags
    span.name = record.event_name or b"business event"
    span.kind = _INTERNAL
    span.start_time_unix_nano = span.end_time_unix_nano = record.time_unix_nano or record.observed_time_unix_nano
    span.attributes.extend(record.attributes)
    span.dropped_attributes_count = record.dropped_attributes_count
    if record.HasField("body"):
        span.attributes.add(key=b"log.body", value=record.body)
    if record.severity_text:
        span.attributes.add(key=b"log.severity").value.string_value = record.severity_text
    if record.severity_number >= _ERROR_SEVERITY:
        span.status.code = _STATUS_ERROR
        span.status.message = record.body.string_value


def _of_json(body: bytes) -> Events:
    try:
        given = validated_logs(body)
    except ValidationError as error:
        raise invalid(error, "logs") from error
    made: list[dict[str, Any]] = []
    others = 0
    for resource_logs in given.get("resourceLogs") or ():
        resource = resource_logs.get("resource") or {}
        scopes: list[dict[str, Any]] = []
        for scope_logs in resource_logs.get("scopeLogs") or ():
            spans: list[dict[str, Any]] = []
            for record in scope_logs.get("logRecords") or ():
                if any(item.get("key", "").startswith(_PREFIX) for item in record.get("attributes") or ()):
                    spans.append(_json_span(record, resource))
                else:
                    others += 1
            scopes.append(
                {"scope": scope_logs.get("scope") or {}, "schemaUrl": scope_logs.get("schemaUrl") or "", "spans": spans}
            )
        made.append({"resource": resource, "schemaUrl": resource_logs.get("schemaUrl") or "", "scopeSpans": scopes})
    return Events(dumped({"resourceSpans": made}).encode(), others)


def _json_span(record: Mapping[str, Any], resource: Mapping[str, Any]) -> dict[str, Any]:
    digest = _digest(dumped(resource).encode(), dumped(record).encode()).hex()
    trace_id, span_id = (record.get("traceId") or "").lower(), (record.get("spanId") or "").lower()
    has_trace = _TRACE_ID.match(trace_id)
    attributes = list(record["attributes"])
    if record.get("body") is not None:
        attributes.append({"key": "log.body", "value": record["body"]})
    if record.get("severityText"):
        attributes.append({"key": "log.severity", "value": {"stringValue": record["severityText"]}})
    moment = next((m for m in (record.get("timeUnixNano"), record.get("observedTimeUnixNano")) if int(m or 0)), 0)
    failed = (record.get("severityNumber") or 0) >= _ERROR_SEVERITY
    message = (record.get("body") or {}).get("stringValue") or "" if failed else ""
    return {
        "traceId": trace_id if has_trace else digest[16:48],
        "spanId": digest[:16],
        "parentSpanId": span_id if has_trace and _SPAN_ID.match(span_id) else "",
        "flags": record.get("flags") or 0,
        "name": record.get("eventName") or "business event",
        "kind": _INTERNAL,
        "startTimeUnixNano": moment,
        "endTimeUnixNano": moment,
        "attributes": attributes,
        "droppedAttributesCount": record.get("droppedAttributesCount") or 0,
        "status": {"code": _STATUS_ERROR, "message": message} if failed else {},
    }


def _digest(source: bytes, record: bytes) -> bytes:
    return hashlib.sha256(len(source).to_bytes(8, "big") + source + record).digest()
