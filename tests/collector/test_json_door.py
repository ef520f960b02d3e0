"""OTLP/JSON at the door: what ClickHouse would misread in silence is looked at closely, all else passes as it came."""

from __future__ import annotations

import json
from typing import Any

import pytest

from spanledger_collector import json_door
from spanledger_collector.json_door import checked_json
from spanledger_collector.refusals import Malformed
from tests.collector.making import as_json, request, span


def body(**fields: Any) -> bytes:
    """A request with one span of these fields."""
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [fields]}]}]}).encode()


def value(content: Any) -> bytes:
    """A request whose span has one attribute of this value."""
    return body(attributes=[{"key": "k", "value": content}])


def test_an_ordinary_request_passes_as_it_came() -> None:
    sent = as_json(request(span({"a": "x", "b": 5, "c": ["p", 'q "values": [5]'], "d": []})))
    checked = checked_json(sent)
    assert checked.parts == (sent,)
    assert checked.spans == 1


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (" ,\n", " :\t")])
def test_white_space_raises_no_doubt(separators: tuple[str, str]) -> None:
    sent = json.dumps(
        json.loads(as_json(request(span({"a": 5, "b": True, "c": ["x"]})))), separators=separators
    ).encode()
    assert json_door._DOUBTFUL_SCALAR.search(sent) is None
    assert json_door._OTHER_LIST.search(sent) is None


@pytest.mark.parametrize("empty", [b"{}", b'{"resourceSpans":null}', b'{"resourceSpans":[{}]}'])
def test_a_request_without_spans_has_no_parts(empty: bytes) -> None:
    assert checked_json(empty).parts == ()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"arrayValue": {"values": [{"intValue": "5"}, {"stringValue": "x"}]}}, '[5,"x"]'),
        ({"arrayValue": {"values": [{"stringValue": "x"}, {"doubleValue": 0.5}]}}, '["x",0.5]'),
        ({"arrayValue": {"values": [{}, {"boolValue": True}]}}, "[null,true]"),
        ({"kvlistValue": {"values": [{"key": "a", "value": {"bytesValue": "AP8="}}]}}, '{"a":"AP8="}'),
        ({"kvlistValue": {}}, "{}"),
        ({"arrayValue": {"values": [{"arrayValue": {}}]}}, "[[]]"),
    ],
)
def test_a_deep_value_becomes_its_json_text(content: dict[str, Any], text: str) -> None:
    (part,) = checked_json(value(content)).parts
    attributes = json.loads(part)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"]
    assert attributes == [{"key": "k", "value": {"jsonText": text}}]


@pytest.mark.parametrize(
    "sent",
    [
        value({"intValue": "9223372036854775808"}),
        value({"intValue": 9223372036854775808}),
        value({"intValue": 1.5}),
        value({"intValue": "five"}),
        value({"boolValue": 1}),
        value({"boolValue": "true"}),
        body(startTimeUnixNano="18446744073709551616"),
        body(endTimeUnixNano=-1),
        body(kind=2**31),
        body(flags=-(2**40)),
        body(status={"code": "STATUS_CODE_OK"}),
        body(events=[{"timeUnixNano": "yesterday"}]),
    ],
)
def test_a_number_that_is_none_or_out_of_range_is_malformed(sent: bytes) -> None:
    with pytest.raises(Malformed, match=r"resourceSpans\.0\.scopeSpans\.0\.spans\.0"):
        checked_json(sent)


@pytest.mark.parametrize(
    "sent",
    [
        value({"intValue": "9223372036854775807"}),
        value({"intValue": "-9223372036854775808"}),
        body(startTimeUnixNano="18446744073709551615", endTimeUnixNano=5),
        body(startTimeUnixNano=None, kind=None, status=None),
        value({"boolValue": False}),
    ],
)
def test_the_ends_of_the_ranges_pass(sent: bytes) -> None:
    (part,) = checked_json(sent).parts
    assert without_nulls(json.loads(part)) == without_nulls(json.loads(sent))


def without_nulls(content: Any) -> Any:
    """The same content where null means absent."""
    if isinstance(content, dict):
        return {key: without_nulls(item) for key, item in content.items() if item is not None}
    return [without_nulls(item) for item in content] if isinstance(content, list) else content


def test_a_null_kind_of_a_value_is_absent() -> None:
    (part,) = checked_json(value({"stringValue": None, "intValue": "5"})).parts
    attributes = json.loads(part)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"]
    assert attributes == [{"key": "k", "value": {"intValue": "5"}}]
