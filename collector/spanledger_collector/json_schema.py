"""OTLP/JSON's requests as types: what a request must look like, and where it does not.

The rules are those of the OTLP specification ("JSON Protobuf Encoding"): lowerCamelCase keys, unknown ones ignored,
64-bit integers as strings or numbers, enumerations as integers, null as absent.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, Strict, TypeAdapter, with_config
from typing_extensions import TypedDict


def _within(low: int, high: int) -> AfterValidator:
    def check(value: int | str) -> int | str:
        if not low <= int(value) <= high:
            raise ValueError(f"{value} is not within {low} and {high}")
        return value

    return AfterValidator(check)


_Whole = Annotated[int, Strict()] | Annotated[str, Field(pattern=r"^-?[0-9]{1,20}$")]
Int64 = Annotated[_Whole, _within(-(2**63), 2**63 - 1)]
UInt64 = Annotated[_Whole, _within(0, 2**64 - 1)]
UInt32 = Annotated[int, Strict(), _within(0, 2**32 - 1)]
Int32 = Annotated[int, Strict(), _within(-(2**31), 2**31 - 1)]
Double = (
    Annotated[float, Strict()]
    | Annotated[str, Field(pattern=r"^(NaN|-?Infinity|-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?)$")]
)


class ArrayValue(TypedDict, total=False):
    """A list of values."""

    values: list[AnyValue] | None


class KvlistValue(TypedDict, total=False):
    """A list of keys and values."""

    values: list[KeyValue] | None


@with_config(ConfigDict(extra="ignore"))
class AnyValue(TypedDict, total=False):
    """One value of any kind."""

    stringValue: str | None
    boolValue: Annotated[bool, Strict()] | None
    intValue: Int64 | None
    doubleValue: Double | None
    arrayValue: ArrayValue | None
    kvlistValue: KvlistValue | None
    bytesValue: str | None


class KeyValue(TypedDict, total=False):
    """An attribute."""

    key: str
    value: AnyValue | None


Attributes = list[KeyValue] | None


class Event(TypedDict, total=False):
    """Something that happened within a span."""

    timeUnixNano: UInt64 | None
    name: str | None
    attributes: Attributes
    droppedAttributesCount: UInt32 | None


class Link(TypedDict, total=False):
    """A reference to another span."""

    traceId: str | None
    spanId: str | None
    traceState: str | None
    attributes: Attributes
    droppedAttributesCount: UInt32 | None
    flags: UInt32 | None


class Status(TypedDict, total=False):
    """How a span ended."""

    message: str | None
    code: Int32 | None


class Span(TypedDict, total=False):
    """One span."""

    traceId: str | None
    spanId: str | None
    parentSpanId: str | None
    traceState: str | None
    flags: UInt32 | None
    name: str | None
    kind: Int32 | None
    startTimeUnixNano: UInt64 | None
    endTimeUnixNano: UInt64 | None
    attributes: Attributes
    droppedAttributesCount: UInt32 | None
    events: list[Event] | None
    droppedEventsCount: UInt32 | None
    links: list[Link] | None
    droppedLinksCount: UInt32 | None
    status: Status | None


class Scope(TypedDict, total=False):
    """The instrumentation that made the spans."""

    name: str | None
    version: str | None
    attributes: Attributes
    droppedAttributesCount: UInt32 | None


class ScopeSpans(TypedDict, total=False):
    """The spans of one scope."""

    scope: Scope | None
    spans: list[Span] | None
    schemaUrl: str | None


class Resource(TypedDict, total=False):
    """What sent the spans."""

    attributes: Attributes
    droppedAttributesCount: UInt32 | None


class ResourceSpans(TypedDict, total=False):
    """The scopes of one resource."""

    resource: Resource | None
    scopeSpans: list[ScopeSpans] | None
    schemaUrl: str | None


class Request(TypedDict, total=False):
    """ExportTraceServiceRequest."""

    resourceSpans: list[ResourceSpans] | None


class LogRecord(TypedDict, total=False):
    """One log record, or one event."""

    timeUnixNano: UInt64 | None
    observedTimeUnixNano: UInt64 | None
    severityNumber: Int32 | None
    severityText: str | None
    body: AnyValue | None
    attributes: Attributes
    droppedAttributesCount: UInt32 | None
    flags: UInt32 | None
    traceId: str | None
    spanId: str | None
    eventName: str | None


class ScopeLogs(TypedDict, total=False):
    """The log records of one scope."""

    scope: Scope | None
    logRecords: list[LogRecord] | None
    schemaUrl: str | None


class ResourceLogs(TypedDict, total=False):
    """The scopes of one resource."""

    resource: Resource | None
    scopeLogs: list[ScopeLogs] | None
    schemaUrl: str | None


class LogsRequest(TypedDict, total=False):
    """ExportLogsServiceRequest."""

    resourceLogs: list[ResourceLogs] | None


_TRACES: TypeAdapter[Any] = TypeAdapter(Request)
_LOGS: TypeAdapter[Any] = TypeAdapter(LogsRequest)


def validated(body: bytes) -> dict[str, Any]:
    """The trace request as dicts and lists, without the keys that OTLP does not know.

    Raises:
        ValidationError: with the place and the reason of each fault.
    """
    result: dict[str, Any] = _TRACES.validate_json(body)
    return result


def validated_logs(body: bytes) -> dict[str, Any]:
    """The same of a logs request."""
    result: dict[str, Any] = _LOGS.validate_json(body)
    return result
