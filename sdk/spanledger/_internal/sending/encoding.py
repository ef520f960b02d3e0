"""Finished spans as OTLP's bytes, and requests cut in two."""

from collections.abc import Sequence

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1 import resource_pb2
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status
from opentelemetry.sdk.resources import Resource
from opentelemetry.trace import SpanContext

from spanledger._internal.finished import Finished
from spanledger._internal.problems import never_raises
from spanledger._internal.text import clean
from spanledger._internal.version import VERSION

_SCOPE = InstrumentationScope(name="spanledger", version=VERSION)
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
    who = resource_pb2.Resource(attributes=[_pair(key, value) for key, value in sent_by.attributes.items()])
    spans = ScopeSpans(scope=_SCOPE, spans=[_span(one) for one in batch])
    of_sender = ResourceSpans(resource=who, scope_spans=[spans], schema_url=sent_by.schema_url)
    return ExportTraceServiceRequest(resource_spans=[of_sender]).SerializeToString()


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


def _span(span: Finished) -> Span:
    context, parent = span.context, span.parent
    return Span(
        trace_id=context.trace_id.to_bytes(16),
        span_id=context.span_id.to_bytes(8),
        trace_state=context.trace_state.to_header(),
        parent_span_id=b"" if parent is None else parent.span_id.to_bytes(8),
        flags=_flags(context, parent),
        name=span.name,
        kind=Span.SPAN_KIND_INTERNAL,
        start_time_unix_nano=span.started_at,
        end_time_unix_nano=span.ended_at,
        attributes=[_pair(key, value) for key, value in span.attributes.items()],
        events=_events(span),
        status=_status(span),
    )


def _flags(context: SpanContext, parent: SpanContext | None) -> int:
    remote = _PARENT_IS_REMOTE if parent is not None and parent.is_remote else 0
    return context.trace_flags | _PARENT_IS_KNOWN | remote


def _status(span: Finished) -> Status:
    if not span.failed:
        return Status()
    return Status(code=Status.STATUS_CODE_ERROR, message=span.description or "")


def _events(span: Finished) -> list[Span.Event]:
    if span.raised is None:
        return []
    told = {
        "exception.type": span.raised.type,
        "exception.message": span.raised.message,
        "exception.stacktrace": span.raised.stacktrace,
    }
    attributes = [_pair(key, value) for key, value in told.items()]
    return [Span.Event(name="exception", time_unix_nano=span.ended_at, attributes=attributes)]


def _pair(key: str, value: object) -> KeyValue:
    return KeyValue(key=key, value=_value(value))


def _value(value: object) -> AnyValue:
    if isinstance(value, str):
        return AnyValue(string_value=value)
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return AnyValue(array_value=ArrayValue(values=[_value(one) for one in value]))
    return AnyValue(string_value=str(value))
