"""OTLP's trace request as the door reads it: the same field numbers, with strings declared `bytes`, so that one
character of invalid UTF-8 does not cost a request.

`Request` is what ClickHouse's schema (`otlp.proto`) holds. A value that nests deeper than a list of strings lacks a
required field in it: `IsInitialized` then tells such requests apart without a loop over their spans. `DeepRequest`
holds those too, and so does `LogsRequest`, OTLP's request for logs.
"""

from __future__ import annotations

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.message import Message

_BYTES = FieldDescriptorProto.TYPE_BYTES
_BOOL = FieldDescriptorProto.TYPE_BOOL
_INT32 = FieldDescriptorProto.TYPE_INT32
_INT64 = FieldDescriptorProto.TYPE_INT64
_UINT32 = FieldDescriptorProto.TYPE_UINT32
_DOUBLE = FieldDescriptorProto.TYPE_DOUBLE
_FIXED32 = FieldDescriptorProto.TYPE_FIXED32
_FIXED64 = FieldDescriptorProto.TYPE_FIXED64

Field = tuple[int, "FieldDescriptorProto.Type.ValueType | str"]
"""Number and type; a message's name in brackets stands for a repeated field, one with a `!` for a required one."""

SCHEMA: dict[str, dict[str, Field]] = {
    "Request": {"resource_spans": (1, "[ResourceSpans]")},
    "ResourceSpans": {"resource": (1, "Resource"), "scope_spans": (2, "[ScopeSpans]"), "schema_url": (3, _BYTES)},
    "Resource": {"attributes": (1, "[KeyValue]"), "dropped_attributes_count": (2, _UINT32)},
    "ScopeSpans": {"scope": (1, "Scope"), "spans": (2, "[Span]"), "schema_url": (3, _BYTES)},
    "Scope": {
        "name": (1, _BYTES),
        "version": (2, _BYTES),
        "attributes": (3, "[KeyValue]"),
        "dropped_attributes_count": (4, _UINT32),
    },
    "Span": {
        "trace_id": (1, _BYTES),
        "span_id": (2, _BYTES),
        "trace_state": (3, _BYTES),
        "parent_span_id": (4, _BYTES),
        "name": (5, _BYTES),
        "kind": (6, _INT32),
        "start_time_unix_nano": (7, _FIXED64),
        "end_time_unix_nano": (8, _FIXED64),
        "attributes": (9, "[KeyValue]"),
        "dropped_attributes_count": (10, _UINT32),
        "events": (11, "[Event]"),
        "dropped_events_count": (12, _UINT32),
        "links": (13, "[Link]"),
        "dropped_links_count": (14, _UINT32),
        "status": (15, "Status"),
        "flags": (16, _FIXED32),
    },
    "Event": {
        "time_unix_nano": (1, _FIXED64),
        "name": (2, _BYTES),
        "attributes": (3, "[KeyValue]"),
        "dropped_attributes_count": (4, _UINT32),
    },
    "Link": {
        "trace_id": (1, _BYTES),
        "span_id": (2, _BYTES),
        "trace_state": (3, _BYTES),
        "attributes": (4, "[KeyValue]"),
        "dropped_attributes_count": (5, _UINT32),
        "flags": (6, _FIXED32),
    },
    "Status": {"message": (2, _BYTES), "code": (3, _INT32)},
    "KeyValue": {"key": (1, _BYTES), "value": (2, "AnyValue")},
    "AnyValue": {
        "string_value": (1, _BYTES),
        "bool_value": (2, _BOOL),
        "int_value": (3, _INT64),
        "double_value": (4, _DOUBLE),
        "array_value": (5, "Strings"),
        "kvlist_value": (6, "Deep"),
        "bytes_value": (7, _BYTES),
    },
    "Strings": {"values": (1, "[OneString]")},
    "OneString": {"string_value": (1, "!")},
    "Deep": {"never_sent": (536870911, "!")},
}
JSON_FIELD = 15
DEEP_SCHEMA: dict[str, dict[str, Field]] = {
    **SCHEMA,
    "LogsRequest": {"resource_logs": (1, "[ResourceLogs]")},
    "ResourceLogs": {"resource": (1, "Resource"), "scope_logs": (2, "[ScopeLogs]"), "schema_url": (3, _BYTES)},
    "ScopeLogs": {"scope": (1, "Scope"), "log_records": (2, "[LogRecord]"), "schema_url": (3, _BYTES)},
    "LogRecord": {
        "time_unix_nano": (1, _FIXED64),
        "severity_number": (2, _INT32),
        "severity_text": (3, _BYTES),
        "body": (5, "AnyValue"),
        "attributes": (6, "[KeyValue]"),
        "dropped_attributes_count": (7, _UINT32),
        "flags": (8, _FIXED32),
        "trace_id": (9, _BYTES),
        "span_id": (10, _BYTES),
        "observed_time_unix_nano": (11, _FIXED64),
        "event_name": (12, _BYTES),
    },
    "AnyValue": SCHEMA["AnyValue"] | {"json": (JSON_FIELD, _BYTES)},
    "Strings": {"values": (1, "[AnyValue]")},
    "Deep": {"values": (1, "[KeyValue]")},
}


def _message_classes(schema: dict[str, dict[str, Field]]) -> dict[str, type[Message]]:
    file = FileDescriptorProto(name="spanledger/door.proto", package="door", syntax="proto2")
    for message_name, fields in schema.items():
        message = file.message_type.add(name=message_name)
        for name, (number, kind) in fields.items():
            field = message.field.add(name=name, number=number, label=FieldDescriptorProto.LABEL_OPTIONAL)
            if kind == "!":
                field.label = FieldDescriptorProto.LABEL_REQUIRED
                field.type = _BYTES
            elif isinstance(kind, str):
                if kind.startswith("["):
                    field.label = FieldDescriptorProto.LABEL_REPEATED
                field.type = FieldDescriptorProto.TYPE_MESSAGE
                field.type_name = ".door." + kind.strip("[]")
            else:
                field.type = kind
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"door.{name}")) for name in schema}


Request = _message_classes(SCHEMA)["Request"]
_DEEP_CLASSES = _message_classes(DEEP_SCHEMA)
DeepRequest = _DEEP_CLASSES["Request"]
DeepResourceSpans = _DEEP_CLASSES["ResourceSpans"]
DeepSpan = _DEEP_CLASSES["Span"]
LogsRequest = _DEEP_CLASSES["LogsRequest"]
