"""The door: what can be decoded passes, cut at the borders of its scopes; what cannot is refused with its place."""

from __future__ import annotations

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans

from spanledger_collector import fault
from spanledger_collector.door import checked_protobuf
from spanledger_collector.door_schema import SCHEMA, Request
from spanledger_collector.refusals import Malformed
from tests.collector.making import request, span


def test_the_schema_has_the_field_numbers_of_opentelemetry() -> None:
    pairs = [(Request.DESCRIPTOR, ExportTraceServiceRequest.DESCRIPTOR)]
    seen: set[str] = set()
    while pairs:
        ours, theirs = pairs.pop()
        for field in ours.fields:
            if ours.name in ("Strings", "OneString", "Deep"):
                continue
            other = theirs.fields_by_name[field.name]
            assert field.number == other.number, (ours.name, field.name)
            if field.message_type and other.message_type and field.message_type.name not in seen:
                seen.add(field.message_type.name)
                pairs.append((field.message_type, other.message_type))
    assert seen | {"Request", "OneString"} == set(SCHEMA)


def test_a_part_is_one_scope_with_its_resource() -> None:
    message = request(span(name="a"), span(name="b"))
    message.resource_spans[0].scope_spans.add().spans.append(span(name="c"))
    message.resource_spans.add().scope_spans.add().spans.append(span(name="d"))
    checked = checked_protobuf(message.SerializeToString())
    parts = [ResourceSpans.FromString(part) for part in checked.parts]
    assert [[one.name for one in part.scope_spans[0].spans] for part in parts] == [["a", "b"], ["c"], ["d"]]
    assert [len(part.resource.attributes) for part in parts] == [1, 1, 0]
    assert checked.spans == 4


def test_a_request_without_spans_has_no_parts() -> None:
    assert checked_protobuf(b"").parts == ()
    assert checked_protobuf(request().SerializeToString()).parts == ()


def test_a_resource_after_its_scopes_and_in_pieces_is_still_theirs() -> None:
    piece = request(span()).resource_spans[0]
    body = ResourceSpans(scope_spans=piece.scope_spans).SerializeToString()
    for name in ("one", "two"):
        body += ResourceSpans(resource=request(resource={name: name}).resource_spans[0].resource).SerializeToString()
    whole = b"\x0a" + bytes([len(body)]) + body
    (part,) = checked_protobuf(whole).parts
    assert [item.key for item in ResourceSpans.FromString(part).resource.attributes] == ["one", "two"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"\x0a\x05ab", "the request.resource_spans at byte 0 should be 5 bytes long, but only 2 are left"),
        (b"\xff", "ends within a number at byte 0"),
        (b"\x0a\x02\x12\x05", "the request.resource_spans[0].scope_spans at byte 2 should be 5 bytes long"),
        (b"\x00\x00", "at byte 0, in the request, stands no protobuf field"),
        (b"\x0f", "at byte 0, in the request, stands no protobuf field"),
        (b"\x0d\x00", "the request.resource_spans at byte 0 should be 4 bytes long"),
        (b"hello world", "the request"),
    ],
)
def test_a_broken_body_is_refused_with_its_place(body: bytes, sentence: str) -> None:
    assert sentence in fault.located(body)
    with pytest.raises(Malformed) as raised:
        checked_protobuf(body)
    assert sentence in raised.value.message


def test_values_that_nest_too_deep_are_malformed() -> None:
    value = b"\x0a\x01x"
    for _ in range(120):
        array = b"\x0a" + _length(value) + value
        value = b"\x2a" + _length(array) + array
    sent = request(span())
    attribute = b"\x0a\x01k\x12" + _length(value) + value
    sent.resource_spans[0].scope_spans[0].spans[0].ClearField("attributes")
    body = sent.resource_spans[0].scope_spans[0].spans[0].SerializeToString() + b"\x4a" + _length(attribute) + attribute
    for tag in (b"\x12", b"\x12", b"\x0a"):
        body = tag + _length(body) + body
    with pytest.raises(Malformed, match="deeper than 100"):
        checked_protobuf(body)


def _length(content: bytes) -> bytes:
    size = len(content)
    return bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
