"""Every span's bytes, held to OpenTelemetry's own encoder and to protobuf's generated classes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, Status, StatusCode, TraceFlags, TraceState

from spanledger._internal.finished import Finished, Raised
from spanledger._internal.sending import encoding
from spanledger._internal.version import VERSION

TEXTS = st.text(st.characters(codec="utf-8"), max_size=300)
VALUES = st.one_of(TEXTS, st.booleans(), st.integers(-(2**63), 2**63 - 1), st.lists(TEXTS, max_size=4))
TIMES = st.integers(1, 2**64 - 1)
STATES = st.sampled_from([TraceState(), TraceState([("vendor", "a"), ("other", "b")])])


@st.composite
def contexts(draw: st.DrawFn) -> SpanContext:
    flags = TraceFlags(draw(st.integers(0, 1)))
    return SpanContext(
        draw(st.integers(1, 2**128 - 1)), draw(st.integers(1, 2**64 - 1)), draw(st.booleans()), flags, draw(STATES)
    )


@st.composite
def spans(draw: st.DrawFn) -> Finished:
    return Finished(
        draw(TEXTS),
        draw(contexts()),
        draw(st.none() | contexts()),
        draw(TIMES),
        draw(TIMES),
        draw(st.dictionaries(TEXTS.filter(bool), VALUES, max_size=12)),
        draw(st.booleans()),
        draw(st.none() | TEXTS),
        draw(st.none() | st.builds(Raised, TEXTS, TEXTS, TEXTS)),
        draw(st.lists(contexts(), max_size=2)),
    )


def readable(span: Finished, resource: Resource) -> ReadableSpan:
    """The same span as OpenTelemetry's SDK has it."""
    events = []
    if span.raised is not None:
        told = {
            "exception.type": span.raised.type,
            "exception.message": span.raised.message,
            "exception.stacktrace": span.raised.stacktrace,
        }
        events = [Event("exception", told, span.ended_at)]
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=resource,
        attributes=span.attributes,
        events=events,
        links=[Link(one) for one in span.links],
        status=Status(StatusCode.ERROR, span.description) if span.failed else Status(StatusCode.UNSET),
        start_time=span.started_at,
        end_time=span.ended_at,
        instrumentation_scope=InstrumentationScope("spanledger", VERSION),
    )


@settings(max_examples=300, deadline=None)
@given(
    st.lists(spans(), min_size=1, max_size=3),
    st.dictionaries(
        TEXTS.filter(bool), st.one_of(TEXTS, st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False))
    ),
    st.sampled_from(["", "https://opentelemetry.io/schemas/1.40.0"]),
)
def test_a_request_is_what_opentelemetry_would_send(
    batch: list[Finished], attributes: dict[str, str | bool | int | float], schema: str
) -> None:
    resource = Resource(attributes, schema)
    ours = ExportTraceServiceRequest.FromString(encoding.request(batch, resource))
    for one, span in zip(ours.resource_spans[0].scope_spans[0].spans, batch, strict=True):
        # The trace flags, which OTLP has in the lowest byte and OpenTelemetry's Python SDK leaves out.
        assert one.flags & 0xFF == span.context.trace_flags
        one.flags &= ~0xFF
        assert [link.flags & 0xFF for link in one.links] == [context.trace_flags for context in span.links]
        assert [link.trace_state for link in one.links] == [context.trace_state.to_header() for context in span.links]
        for link in one.links:
            # Likewise.
            link.flags &= ~0xFF
            link.trace_state = ""
    assert ours == encode_spans([readable(span, resource) for span in batch])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(spans(), max_size=3), min_size=1, max_size=4))
def test_halves_hold_every_span_once_and_in_order(batches: list[list[Finished]]) -> None:
    resource = Resource({"service.name": "sync"})
    body = b"".join(encoding.request(batch, resource) for batch in batches)
    names = [span.name for batch in batches for span in batch]
    assert encoding.spans_in(body) == len(names)
    parts = encoding.halves(body)
    if len(names) < 2:
        assert parts is None
        return
    assert parts is not None
    whole = [ExportTraceServiceRequest.FromString(part) for part in parts]
    found = [
        [s.name for one in part.resource_spans for scope in one.scope_spans for s in scope.spans] for part in whole
    ]
    assert found[0] + found[1] == names
    assert [len(part) for part in found] == [len(names) // 2, len(names) - len(names) // 2]
    assert {one.resource.attributes[0].value.string_value for part in whole for one in part.resource_spans} == {"sync"}
