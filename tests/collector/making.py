"""OTLP requests for tests, as messages and as OTLP/JSON."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Mapping
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

START = 1_760_000_000_000_000_000
Value = Any
_ids = itertools.count(1)


def trace_id() -> bytes:
    """A fresh one."""
    return next(_ids).to_bytes(16, "big")


def any_value(value: Value) -> AnyValue:  # noqa: PLR0911  one return for each kind
    """The AnyValue of a Python value; None is the empty one."""
    match value:
        case None:
            return AnyValue()
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case str():
            return AnyValue(string_value=value)
        case bytes():
            return AnyValue(bytes_value=value)
        case list():
            made = AnyValue()
            made.array_value.SetInParent()
            made.array_value.values.extend(any_value(item) for item in value)
            return made
        case dict():
            made = AnyValue()
            made.kvlist_value.SetInParent()
            made.kvlist_value.values.extend(attributes(value))
            return made
    raise TypeError(value)


def attributes(values: Mapping[str, Value]) -> list[KeyValue]:
    """Attributes in the order of the mapping."""
    return [KeyValue(key=key, value=any_value(value)) for key, value in values.items()]


def span(values: Mapping[str, Value] | None = None, **fields: Any) -> Span:
    """A span of one second with fresh ids; `fields` replace its own."""
    own: dict[str, Any] = {
        "trace_id": trace_id(),
        "span_id": next(_ids).to_bytes(8, "big"),
        "name": "a span",
        "kind": Span.SPAN_KIND_INTERNAL,
        "start_time_unix_nano": START,
        "end_time_unix_nano": START + 1_000_000_000,
        "status": Status(),
    }
    return Span(**(own | fields), attributes=attributes(values or {}))


def request(*spans: Span, resource: Mapping[str, Value] | None = None) -> ExportTraceServiceRequest:
    """One resource, one scope, these spans."""
    made = ExportTraceServiceRequest()
    resource_spans = made.resource_spans.add()
    resource_spans.resource.attributes.extend(attributes({"service.name": "billing"} if resource is None else resource))
    scope_spans = resource_spans.scope_spans.add()
    scope_spans.scope.name = "tests"
    scope_spans.scope.version = "1.0"
    scope_spans.spans.extend(spans)
    return made


def as_json(message: ExportTraceServiceRequest) -> bytes:
    """OTLP/JSON: ids as hex, enumerations as integers."""
    content = MessageToDict(message, use_integers_for_enums=True)
    for resource_spans in content.get("resourceSpans", []):
        for scope_spans in resource_spans.get("scopeSpans", []):
            for one in scope_spans.get("spans", []):
                for holder in (one, *one.get("links", [])):
                    for key in ("traceId", "spanId", "parentSpanId"):
                        if key in holder:
                            holder[key] = base64.b64decode(holder[key]).hex()
    return json.dumps(content).encode()
