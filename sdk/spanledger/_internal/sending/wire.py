"""The few forms of protobuf's wire format that a span needs, written straight: a third of what building messages takes.

Field numbers are those of OTLP's `trace.proto` and `common.proto`; a test holds every message to the generated classes.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from struct import Struct
from typing import Final


def _tag(number: int, wire_type: int) -> bytes:
    return varint(number << 3 | wire_type)


def varint(value: int) -> bytes:
    """A whole number, not negative, in as many bytes as it needs."""
    if value < 128:
        return _SINGLE[value]
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


_SINGLE: Final = tuple(bytes((value,)) for value in range(128))
_FIXED64, _LENGTH, _FIXED32, _VARINT = 1, 2, 5, 0
_DOUBLE: Final = Struct("<d")

# ExportTraceServiceRequest, ResourceSpans, ScopeSpans
OF_RESOURCE: Final = _tag(1, _LENGTH)
RESOURCE: Final = _tag(1, _LENGTH)
OF_SCOPE: Final = _tag(2, _LENGTH)
SCHEMA_URL: Final = _tag(3, _LENGTH)
SCOPE: Final = _tag(1, _LENGTH)
SPAN: Final = _tag(2, _LENGTH)
ATTRIBUTES_OF_RESOURCE: Final = _tag(1, _LENGTH)
# Span; ids and times stand behind their tag at their fixed length
TRACE_ID: Final = _tag(1, _LENGTH) + varint(16)
SPAN_ID: Final = _tag(2, _LENGTH) + varint(8)
TRACE_STATE: Final = _tag(3, _LENGTH)
PARENT_ID: Final = _tag(4, _LENGTH) + varint(8)
NAME: Final = _tag(5, _LENGTH)
KIND_INTERNAL: Final = _tag(6, _VARINT) + varint(1)
START: Final = _tag(7, _FIXED64)
END: Final = _tag(8, _FIXED64)
ATTRIBUTES_OF_SPAN: Final = _tag(9, _LENGTH)
EVENT: Final = _tag(11, _LENGTH)
LINK: Final = _tag(13, _LENGTH)
STATUS: Final = _tag(15, _LENGTH)
STATUS_UNSET: Final = STATUS + varint(0)
FLAGS: Final = _tag(16, _FIXED32)
# Span.Link, which has ids, state and flags under numbers of its own
LINK_TRACE_ID: Final = TRACE_ID
LINK_SPAN_ID: Final = SPAN_ID
LINK_TRACE_STATE: Final = TRACE_STATE
LINK_FLAGS: Final = _tag(6, _FIXED32)
# Span.Event, Status
EVENT_TIME: Final = _tag(1, _FIXED64)
EVENT_NAME: Final = _tag(2, _LENGTH)
ATTRIBUTES_OF_EVENT: Final = _tag(3, _LENGTH)
STATUS_MESSAGE: Final = _tag(2, _LENGTH)
STATUS_ERROR: Final = _tag(3, _VARINT) + varint(2)
# KeyValue, AnyValue
_KEY: Final = _tag(1, _LENGTH)
_VALUE: Final = _tag(2, _LENGTH)
_STRING: Final = _tag(1, _LENGTH)
_BOOL: Final = _tag(2, _VARINT)
_INT: Final = _tag(3, _VARINT)
_DOUBLE_TAG: Final = _tag(4, _FIXED64)
_ARRAY: Final = _tag(5, _LENGTH)
_ARRAY_VALUE: Final = _tag(1, _LENGTH)


def field(tag: bytes, raw: bytes) -> bytes:
    """A text, bytes or a message behind its tag and length."""
    return tag + varint(len(raw)) + raw


def attributes(tag: bytes, pairs: Iterable[tuple[str, object]]) -> bytes:
    """Each pair as a KeyValue behind the tag."""
    parts: list[bytes] = []
    for key, value in pairs:
        raw = _key(key) + field(_VALUE, _any_value(value))
        parts += (tag, varint(len(raw)), raw)
    return b"".join(parts)


@lru_cache(4096)
def _key(key: str) -> bytes:
    return field(_KEY, key.encode())


def _any_value(value: object) -> bytes:
    if isinstance(value, str):
        raw = value.encode()
        return _STRING + varint(len(raw)) + raw
    if isinstance(value, bool):
        return _BOOL + varint(int(value))
    if isinstance(value, int):
        # Two's complement of 64 bits, as protobuf has it for negative ones.
        return _INT + varint(value & 0xFFFF_FFFF_FFFF_FFFF)
    if isinstance(value, float):
        return _DOUBLE_TAG + _DOUBLE.pack(value)
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return field(_ARRAY, b"".join(field(_ARRAY_VALUE, _any_value(one)) for one in value))
    return field(_STRING, str(value).encode())
