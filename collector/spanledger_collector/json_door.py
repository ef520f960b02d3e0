"""The door for OTLP/JSON: the syntax is checked here, the types by ClickHouse when it decodes.

A request whose types ClickHouse refuses comes back to `misshapen`, which says where they are wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from spanledger_collector.deep_values import dumped, number
from spanledger_collector.door import Checked
from spanledger_collector.json_schema import validated
from spanledger_collector.refusals import Malformed

_OTHER_LIST = re.compile(
    rb'"values"\s*:\s*\[(?!(?:\s*\{\s*"stringValue"\s*:\s*"(?:[^"\\]|\\.)*+"\s*\}\s*,?)*\s*\])', re.DOTALL
)
"""A list of values that are not all strings. A quote inside a string is escaped, so this cannot match within one."""
_DOUBTFUL_SCALAR = re.compile(
    rb'(?:intValue"\s*:\s*+(?!null|"?-?[0-9]{1,18}"?\s*[,}])'
    rb'|imeUnixNano"\s*:\s*+(?!null|"?[0-9]{1,19}"?\s*[,}])'
    rb'|"(?:kind|code|flags|dropped[A-Za-z]+Count)"\s*:\s*+(?!null|-?[0-9]{1,9}\s*[,}])'
    rb'|boolValue"\s*:\s*+(?!true|false)'
    rb'|[a-z]Value"\s*:\s*+null)'
)
"""What ClickHouse might read as something else instead of refusing it: it wraps a number out of its range, and takes a
null kind of a value for the empty one."""


def checked_json(body: bytes) -> Checked:
    """Check an OTLP/JSON request.

    Raises:
        Malformed: it is no JSON, or no object; the message says where it breaks.
    """
    try:
        request = from_json(body)
    except ValueError as error:
        raise Malformed(
            f"The body is no JSON: {error}. Send an ExportTraceServiceRequest whole, in UTF-8, as one JSON object."
        ) from error
    try:
        if _DOUBTFUL_SCALAR.search(body) or _is_deep_somewhere(body):
            request = _with_json_texts(validated(body))
            body = dumped(request).encode()
        spans = sum(
            len(scope.get("spans") or ())
            for resource in request.get("resourceSpans") or ()
            for scope in resource.get("scopeSpans") or ()
        )
    except (AttributeError, TypeError, ValidationError) as error:
        raise misshapen(body) from error
    return Checked("json", (body,) if spans else (), spans)


def _is_deep_somewhere(body: bytes) -> bool:
    return b'"kvlistValue"' in body or (b'"arrayValue"' in body and _OTHER_LIST.search(body) is not None)


def misshapen(body: bytes) -> Malformed:
    """What is wrong with the types of a request that is JSON."""
    try:
        validated(body)
    except ValidationError as error:
        return invalid(error, "trace")
    return Malformed(
        "The body is JSON, but it cannot be decoded as an OTLP/JSON trace request. Look for a key that stands twice in "
        "one object, a number out of its range, or text that is not UTF-8."
    )


def invalid(error: ValidationError, signal: str) -> Malformed:
    """The first fault that was found in a request of this signal."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"]) or "the top level"
    return Malformed(
        f"The body is no OTLP/JSON {signal} request: at {place}: {first['msg']}. "
        "OTLP/JSON writes ids as hex, 64-bit integers as strings or numbers, enumerations as integers."
    )


def _with_json_texts(request: dict[str, Any]) -> dict[str, Any]:
    for attributes in _attribute_lists(request):
        for attribute in attributes or ():
            value = {kind: content for kind, content in (attribute.get("value") or {}).items() if content is not None}
            attribute["value"] = {"jsonText": dumped(plain(value))} if _is_deep(value) else value
    return request


def _attribute_lists(request: dict[str, Any]) -> Iterator[list[dict[str, Any]] | None]:
    for resource_spans in request.get("resourceSpans") or ():
        yield (resource_spans.get("resource") or {}).get("attributes")
        for scope_spans in resource_spans.get("scopeSpans") or ():
            yield (scope_spans.get("scope") or {}).get("attributes")
            for span in scope_spans.get("spans") or ():
                yield span.get("attributes")
                yield from (event.get("attributes") for event in span.get("events") or ())
                yield from (link.get("attributes") for link in span.get("links") or ())


def _is_deep(value: dict[str, Any]) -> bool:
    array = value.get("arrayValue")
    if array is not None:
        return any(item.get("stringValue") is None for item in array.get("values") or ())
    return value.get("kvlistValue") is not None


def plain(value: dict[str, Any] | None) -> Any:
    """An AnyValue of OTLP/JSON as plain data; None for an empty one."""
    for kind, content in (value or {}).items():
        if content is None:
            continue
        if kind == "arrayValue":
            return [plain(item) for item in content.get("values") or ()]
        if kind == "kvlistValue":
            return {item.get("key", ""): plain(item.get("value")) for item in content.get("values") or ()}
        if kind == "intValue":
            return int(content)
        return number(float(content)) if kind == "doubleValue" else content
    return None
