"""Finished spans as OTLP's bytes, and requests cut in two."""

from collections.abc import Sequence

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans
from opentelemetry.sdk.resources import Resource
from opentelemetry.trace import SpanContext

from spanledger._internal.finished import Finished, Raised
from spanledger._internal.problems import never_raises
from spanledger._internal.sending import wire
from spanledger._internal.text import clean
from spanledger._internal.version import VERSION

_SCOPE = InstrumentationScope(name="spanledger", version=VERSION).SerializeToString()
_PARENT_IS_KNOWN = 0x100
_PARENT_IS_REMOTE = 0x200


@never_raises(Resource.get_empty)
def resource(service_name: str | None) -> Resource:
    """Who sends: the service's name, and what `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say.

    To be called early: OpenTelemetry asks its detectors in a thread pool, which Python refuses at a program's end.
    """
    found = Resource.create({"service.name": service_name} if service_name else {})
    attributes = {key: clean(value) if isinstance(value, str) else value for key, value in found.attributes.items()}
    return Resource(attributes, found.schema_url)


def request(batch: Sequence[Finished], sent_by: Resource) -> bytes:
    """The body of a request with these spans, an `ExportTraceServiceRequest`.

    They are encoded directly: OpenTelemetry's own spans would pass the limits that the host's environment sets.
    """
    who = wire.attributes(wire.ATTRIBUTES_OF_RESOURCE, sent_by.attributes.items())
    spans = b"".join(wire.field(wire.SPAN, _span(one)) for one in batch)
    of_scope = wire.field(wire.SCOPE, _SCOPE) + spans
    of_sender = wire.field(wire.RESOURCE, who) + wire.field(wire.OF_SCOPE, of_scope)
    if sent_by.schema_url:
        of_sender += wire.field(wire.SCHEMA_URL, sent_by.schema_url.encode())
    return wire.field(wire.OF_RESOURCE, of_sender)


def halves(body: bytes) -> tuple[bytes, bytes] | None:
    """Two requests with the first and the second half of a request's spans; None if it has one span."""
    whole = ExportTraceServiceRequest.FromString(body)
    count = _count(whole)
    if count < 2:
        return None
    parts = (ExportTraceServiceRequest(), ExportTraceServiceRequest())
    number = 0
    for one in whole.resource_spans:
        for scope in one.scope_spans:
            cut = min(max(count // 2 - number, 0), len(scope.spans))
            for part, spans in zip(parts, (scope.spans[:cut], scope.spans[cut:]), strict=True):
                if spans:
                    of_scope = ScopeSpans(scope=scope.scope, spans=spans, schema_url=scope.schema_url)
                    part.resource_spans.append(
                        ResourceSpans(resource=one.resource, scope_spans=[of_scope], schema_url=one.schema_url)
                    )
            number += len(scope.spans)
    return parts[0].SerializeToString(), parts[1].SerializeToString()


def spans_in(body: bytes) -> int:
    """How many spans a request has. Raises `google.protobuf.message.DecodeError` for what is none."""
    return _count(ExportTraceServiceRequest.FromString(body))


def _count(request: ExportTraceServiceRequest) -> int:
    return sum(len(scope.spans) for one in request.resource_spans for scope in one.scope_spans)


def _span(span: Finished) -> bytes:
    context, parent = span.context, span.parent
    parts = [
        wire.TRACE_ID,
        context.trace_id.to_bytes(16),
        wire.SPAN_ID,
        context.span_id.to_bytes(8),
        wire.field(wire.NAME, span.name.encode()),
        wire.KIND_INTERNAL,
        wire.START,
        span.started_at.to_bytes(8, "little"),
        wire.END,
        span.ended_at.to_bytes(8, "little"),
        wire.FLAGS,
        _flags(context, parent).to_bytes(4, "little"),
        wire.attributes(wire.ATTRIBUTES_OF_SPAN, span.attributes.items()),
    ]
    if parent is not None:
        parts += [wire.PARENT_ID, parent.span_id.to_bytes(8)]
    if context.trace_state:
        parts.append(wire.field(wire.TRACE_STATE, context.trace_state.to_header().encode()))
    parts += (wire.field(wire.LINK, _link(one)) for one in span.links)
    if span.raised is not None:
        parts.append(wire.field(wire.EVENT, _event(span.raised, span.ended_at)))
    if span.failed:
        said = wire.field(wire.STATUS_MESSAGE, (span.description or "").encode())
        parts.append(wire.field(wire.STATUS, said + wire.STATUS_ERROR))
    else:
        parts.append(wire.STATUS_UNSET)
    return b"".join(parts)


def _flags(context: SpanContext, parent: SpanContext | None) -> int:
    remote = _PARENT_IS_REMOTE if parent is not None and parent.is_remote else 0
    return context.trace_flags | _PARENT_IS_KNOWN | remote


def _link(context: SpanContext) -> bytes:
    state = context.trace_state.to_header().encode() if context.trace_state else b""
    return b"".join(
        [
            wire.LINK_TRACE_ID,
            context.trace_id.to_bytes(16),
            wire.LINK_SPAN_ID,
            context.span_id.to_bytes(8),
            wire.field(wire.LINK_TRACE_STATE, state) if state else b"",
            wire.LINK_FLAGS,
            _flags(context, context).to_bytes(4, "little"),
        ]
    )


def _event(raised: Raised, at: int) -> bytes:
    told = {
        "exception.type": raised.type,
        "exception.message": raised.message,
        "exception.stacktrace": raised.stacktrace,
    }
    time = wire.EVENT_TIME + at.to_bytes(8, "little")
    name = wire.field(wire.EVENT_NAME, b"exception")
    return time + name + wire.attributes(wire.ATTRIBUTES_OF_EVENT, told.items())
