"""The check at the door: a body that cannot be decoded is refused here, before it meets other requests in a group.

What passes is cut at the borders of its scopes, so that ClickHouse's decoder gets one row per ScopeSpans with the
resource beside it. Nothing here loops over spans or attributes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError

from spanledger_collector import fault
from spanledger_collector.deep_values import with_json_texts
from spanledger_collector.door_schema import Request
from spanledger_collector.refusals import Malformed
from spanledger_collector.responses import Encoding
from spanledger_collector.wire import length_field, length_fields


@dataclass(frozen=True)
class Checked:
    """A request that can be decoded, and how many spans it holds.

    Its parts are what becomes a row for ClickHouse's decoder: a JSON request whole, a protobuf request as one
    ResourceSpans message for each of its scopes.
    """

    encoding: Encoding
    parts: tuple[bytes, ...]
    spans: int

    @property
    def size(self) -> int:
        """Bytes that it adds to its group."""
        return sum(map(len, self.parts))


def checked_protobuf(body: bytes) -> Checked:
    """Check and cut an OTLP/protobuf request.

    Raises:
        Malformed: it is none; the message says where it breaks.
    """
    try:
        # The class is made at run time from a schema, so its fields have no static types.
        request: Any = Request.FromString(body)
        if not request.IsInitialized():
            body = with_json_texts(body)
    except DecodeError as error:
        raise Malformed(
            f"The body is no OTLP/protobuf trace request: {fault.located(body)}. "
            "Send an ExportTraceServiceRequest whole, and name its encoding in Content-Type."
        ) from error
    spans = sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)
    return Checked("protobuf", _parts(body) if spans else (), spans)


def _parts(body: bytes) -> tuple[bytes, ...]:
    parts: list[bytes] = []
    for number, start, end in length_fields(body, 0, len(body)):
        if number != 1:
            continue
        shared = b""
        scopes: list[bytes] = []
        for field, begin, stop in length_fields(body, start, end):
            content = length_field(field, stop - begin) + body[begin:stop]
            if field == 2:
                scopes.append(content)
            elif field in (1, 3):
                # The resource and its schema URL. A message that comes in pieces is their concatenation.
                shared += content
        parts += [shared + scope for scope in scopes]
    return tuple(parts)
