"""Every kind of attribute value survives, in both encodings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.collector.conftest import Sender
from tests.collector.making import attributes, request, span

VALUES: Mapping[str, tuple[Any, str]] = {
    "empty string": ("", ""),
    "string": ('a "quoted" / slashed \\ Grüße \n \x00', 'a "quoted" / slashed \\ Grüße \n \x00'),
    "zero": (0, "0"),
    "negative": (-5, "-5"),
    "largest": (2**63 - 1, "9223372036854775807"),
    "least": (-(2**63), "-9223372036854775808"),
    "false": (False, "false"),
    "true": (True, "true"),
    "double": (0.1, "0.1"),
    "zero double": (0.0, "0"),
    "large double": (1e300, "1e300"),
    "infinity": (-math.inf, "-inf"),
    "no number": (math.nan, "nan"),
    "bytes": (b"\x00\xff", "AP8="),
    "no bytes": (b"", ""),
    "empty": (None, ""),
    "strings": (["a", 'b"', "", "ü"], '["a","b\\"","","ü"]'),
    "no strings": ([], "[]"),
    "mixed": ([1, "a", None, 0.5, True, b"x", math.inf], '[1,"a",null,0.5,true,"eA==","Infinity"]'),
    "nested": ([["a"], [1, [2]]], '[["a"],[1,[2]]]'),
    "keys": ({"a": 1, "b": {"c": ["x", {"d": None}]}}, '{"a":1,"b":{"c":["x",{"d":null}]}}'),
    "no keys": ({}, "{}"),
    "deep": ([[[[[[[[["x"]]]]]]]]], '[[[[[[[[["x"]]]]]]]]]'),
}

"""What stands in a column of attributes for each value, as text."""
KINDS: Mapping[str, str] = {
    "zero": "int",
    "negative": "int",
    "largest": "int",
    "least": "int",
    "false": "bool",
    "true": "bool",
    "double": "double",
    "zero double": "double",
    "large double": "double",
    "infinity": "double",
    "no number": "double",
    "bytes": "bytes",
    "no bytes": "bytes",
    "empty": "no",
    "strings": "list",
    "no strings": "list",
    "mixed": "json",
    "nested": "json",
    "keys": "json",
    "no keys": "json",
    "deep": "json",
}
"""And beside it, of which kind the value was, where it was no string."""


def with_every_value() -> ExportTraceServiceRequest:
    """A span whose attributes, event, link, scope and resource hold every kind."""
    given = {name: value for name, (value, _) in VALUES.items()}
    made = request(
        span(
            given,
            events=[Span.Event(name="e", attributes=attributes(given)), Span.Event(name="f")],
            links=[Span.Link(trace_id=b"\x01" * 16, span_id=b"\x01" * 8, attributes=attributes(given))],
        ),
        resource=given,
    )
    made.resource_spans[0].scope_spans[0].scope.attributes.extend(attributes(given))
    return made


@pytest.mark.parametrize("encoding", ["protobuf", "json"])
def test_every_kind_survives_everywhere(sender: Sender, encoding: str) -> None:
    sent = with_every_value()
    answer = sender.send(sent) if encoding == "protobuf" else sender.send_json(sent)
    assert answer.status_code == 200, answer.text
    row = sender.row()
    expected = {name: text for name, (_, text) in VALUES.items()}
    assert row["SpanAttributes"] == expected
    assert row["Events.Attributes"] == [expected, {}]
    assert row["Links.Attributes"] == [expected]
    assert row["ResourceAttributes"] == expected
    assert row["ScopeAttributes"] == expected
    assert row["SpanAttributeKinds"] == KINDS
    assert row["Events.AttributeKinds"] == [KINDS, {}]
    assert row["Links.AttributeKinds"] == [KINDS]
    assert row["ResourceAttributeKinds"] == KINDS
    assert row["ScopeAttributeKinds"] == KINDS


def test_both_encodings_make_the_same_row(sender: Sender) -> None:
    sent = with_every_value()
    sender.send(sent)
    sender.send_json(sent)
    first, second = sender.rows("* EXCEPT (StoredAt, Batch)")
    assert first == second


def test_a_bad_character_costs_neither_the_request_nor_its_neighbours(sender: Sender) -> None:
    body = request(span({"a": "x" * 7, "b": "fine"}), span(name="neighbour")).SerializeToString()
    answer = sender.post(body.replace(b"x" * 7, b"bad:\xff\xfe!"))
    assert answer.status_code == 200
    assert len(sender.rows("SpanName")) == 2
    row = sender.rows("SpanAttributes['b'] AS Fine, hex(SpanAttributes['a']) AS Bad")[0]
    assert row["Fine"] == "fine"
    assert row["Bad"].startswith(b"bad:".hex().upper())


def test_unknown_fields_are_passed_over(sender: Sender) -> None:
    unknown = b"\xa2\x1f\x03abc"
    sent = request(span())
    sent.resource_spans[0].scope_spans[0].spans[0].MergeFromString(unknown)
    assert sender.post(sent.SerializeToString() + unknown).status_code == 200
    body = (
        b'{"new":[{}],"resourceSpans":[{"more":1,"scopeSpans":[{"spans":[{"traceId":"5B8EFFF798038103D269B633813FC60C",'
    )
    body += b'"spanId":"EEE19B7EC3C1B174","name":"b","unheard":{"of":[null]},"attributes":null}]}]}]}'
    assert sender.post(body, content_type="application/json").status_code == 200
    assert [row["SpanName"] for row in sender.rows("SpanName")] == ["a span", "b"]
