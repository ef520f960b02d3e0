"""Values that nest deeper than a list of strings, as the JSON text that their column shows.

They are rare. A request that holds one is read and written again here, in Python, before ClickHouse decodes it like
any other: the value becomes the field `json`, which no client sends. Bytes become base64, NaN and the infinities
strings, an empty value null.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Iterator
from typing import Any

from spanledger_collector.door_schema import DeepRequest


def with_json_texts(body: bytes) -> bytes:
    """The same OTLP/protobuf request with every deep value replaced.

    Raises:
        DecodeError: a value nests deeper than protobuf's limit of 100 messages, or is malformed inside.
    """
    # The class is made at run time from a schema, so its fields have no static types.
    request: Any = DeepRequest.FromString(body)
    for attributes in _attribute_lists(request):
        for attribute in attributes:
            value = attribute.value
            if _is_deep(value):
                text = json_text(value)
                value.Clear()
                value.json = text.encode()
    return bytes(request.SerializePartialToString())


def json_text(value: Any) -> str:
    """An AnyValue of `DeepRequest` as JSON."""
    return dumped(plain(value))


def dumped(value: Any) -> str:
    """Plain data as compact JSON; a number that JSON cannot write is a string."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def number(value: float) -> float | str:
    """A double as JSON can hold it."""
    return value if math.isfinite(value) else str(value).replace("inf", "Infinity").replace("nan", "NaN")


def _attribute_lists(request: Any) -> Iterator[Any]:
    for resource_spans in request.resource_spans:
        yield resource_spans.resource.attributes
        for scope_spans in resource_spans.scope_spans:
            yield scope_spans.scope.attributes
            for span in scope_spans.spans:
                yield span.attributes
                yield from (event.attributes for event in span.events)
                yield from (link.attributes for link in span.links)


def _is_deep(value: Any) -> bool:
    if value.HasField("array_value"):
        return any(not item.HasField("string_value") for item in value.array_value.values)
    return bool(value.HasField("kvlist_value"))


def plain(value: Any) -> Any:
    """An AnyValue of `DeepRequest` as plain data; None for an empty one."""
    for field, content in value.ListFields():
        return _PLAIN[field.name](content)
    return None


def _text(content: bytes) -> str:
    return content.decode(errors="replace")


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "string_value": _text,
    "bool_value": bool,
    "int_value": int,
    "double_value": number,
    "bytes_value": lambda content: base64.b64encode(content).decode(),
    "array_value": lambda content: [plain(item) for item in content.values],
    "kvlist_value": lambda content: {_text(item.key): plain(item.value) for item in content.values},
    "json": _text,
}
