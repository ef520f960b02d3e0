"""Random spans, encoded by OpenTelemetry's own library, come back equal: in both encodings, whatever they hold."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.collector.conftest import Sender
from tests.collector.making import attributes, request, span, trace_id

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = (
    TEXT
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(width=32).filter(
        lambda value: value == int(value) or abs(value) < 1e6 if math.isfinite(value) else True
    )
    | st.binary(max_size=12)
)
VALUES = st.recursive(
    SCALARS | st.none() | st.lists(TEXT, max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
ATTRIBUTES = st.dictionaries(TEXT.map(lambda key: "k" + key), VALUES, max_size=4)
NANOSECONDS = st.integers(1, 2**63 - 1)
IDS8 = st.binary(min_size=8, max_size=8)
LINKS = st.builds(
    lambda span_id, state, values: Span.Link(
        trace_id=b"\x07" * 16, span_id=span_id, trace_state=state, attributes=attributes(values)
    ),
    IDS8,
    TEXT,
    ATTRIBUTES,
)
EVENTS = st.builds(
    lambda at, name, values: Span.Event(time_unix_nano=at, name=name, attributes=attributes(values)),
    NANOSECONDS,
    TEXT,
    ATTRIBUTES,
)
SPANS = st.fixed_dictionaries(
    {
        "parent_span_id": IDS8 | st.just(b""),
        "trace_state": TEXT,
        "flags": st.integers(0, 2**32 - 1),
        "name": TEXT,
        "kind": st.integers(0, 5),
        "start_time_unix_nano": NANOSECONDS,
        "end_time_unix_nano": NANOSECONDS,
        "status": st.builds(lambda code, text: Status(code=code, message=text), st.sampled_from([0, 1, 2]), TEXT),
        "events": st.lists(EVENTS, max_size=2),
        "links": st.lists(LINKS, max_size=2),
    }
)


def shown(value: Any) -> str:
    """A value as its column shows it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case bytes():
            return base64.b64encode(value).decode()
        case list() | dict():
            return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))
    return str(value)


def plain(value: Any) -> Any:
    """A nested value as JSON holds it."""
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case float() if not math.isfinite(value):
            return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}[str(value)]
        case list():
            return [plain(item) for item in value]
        case dict():
            return {key: plain(item) for key, item in value.items()}
    return value


def kind_of(value: Any) -> str:
    """The kind that stands beside the text."""
    if isinstance(value, list):
        return "list" if all(isinstance(item, str) for item in value) else "json"
    kinds = {str: "text", bool: "bool", int: "int", float: "double", bytes: "bytes", dict: "json", type(None): "no"}
    return kinds[type(value)]


def same(text: str, value: Any) -> bool:
    """Whether a column's text says this value; doubles are compared as numbers."""
    if isinstance(value, float):
        return float(text) == value or (math.isnan(value) and text == "nan")
    if isinstance(value, list | dict):
        return bool(json.loads(text) == json.loads(shown(value)))
    return text == shown(value)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(fields=st.lists(st.tuples(SPANS, ATTRIBUTES), min_size=1, max_size=4), resource=ATTRIBUTES)
def test_spans_come_back_equal(sender: Sender, fields: list[tuple[dict[str, Any], Any]], resource: Any) -> None:
    shared = trace_id()
    sent = request(*(span(values, trace_id=shared, **one) for one, values in fields), resource=resource)
    assert sender.send(sent).status_code == 200
    assert sender.send_json(sent).status_code == 200
    columns = "*, toUnixTimestamp64Nano(Timestamp) AS Ns, arrayMap(t -> toUnixTimestamp64Nano(t), `Events.Timestamp`) AS EventNs"
    sql = f"SELECT {columns} FROM spans WHERE TraceId = {{id:String}} ORDER BY StoredAt"
    rows = sender.store.rows(sql, {"id": shared.hex()})
    originals = sent.resource_spans[0].scope_spans[0].spans
    assert len(rows) == 2 * len(originals)
    by_id: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_id.setdefault(row["SpanId"], []).append(row)
    for original, (one, values) in zip(originals, fields, strict=True):
        first, second = by_id[original.span_id.hex()]
        ignored = {"StoredAt", "Batch"}
        assert {k: v for k, v in first.items() if k not in ignored} == {
            k: v for k, v in second.items() if k not in ignored
        }
        _compare(first, one, values)
        _compare_maps(first["ResourceAttributes"], first["ResourceAttributeKinds"], resource)


def _compare(row: dict[str, Any], given: dict[str, Any], values: dict[str, Any]) -> None:
    kinds = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"]
    assert row["ParentSpanId"] == given["parent_span_id"].hex()
    assert (row["TraceState"], row["Flags"], row["SpanName"]) == (given["trace_state"], given["flags"], given["name"])
    assert row["SpanKind"] == kinds[given["kind"]]
    assert (row["StatusCode"], row["StatusMessage"]) == (
        ["Unset", "Ok", "Error"][given["status"].code],
        given["status"].message,
    )
    start, end = given["start_time_unix_nano"], given["end_time_unix_nano"]
    assert (row["Ns"], row["Duration"]) == (start, max(end, start) - start)
    assert [(at, name) for at, name in zip(row["EventNs"], row["Events.Name"], strict=True)] == [
        (event.time_unix_nano, event.name) for event in given["events"]
    ]
    assert row["Links.SpanId"] == [link.span_id.hex() for link in given["links"]]
    assert row["Links.TraceState"] == [link.trace_state for link in given["links"]]
    _compare_maps(row["SpanAttributes"], row["SpanAttributeKinds"], values)


def _compare_maps(shown_values: dict[str, str], kinds: dict[str, str], values: dict[str, Any]) -> None:
    assert shown_values.keys() == values.keys()
    assert kinds == {key: kind for key, value in values.items() if (kind := kind_of(value)) != "text"}
    for key, value in values.items():
        assert same(shown_values[key], value), (key, value, shown_values[key])
