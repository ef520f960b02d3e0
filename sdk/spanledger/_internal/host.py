"""Living beside the host's own tracing: its spans become children of a step, and nothing else of it changes."""

from collections.abc import Mapping

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.util.types import AnyValue, Attributes


class HostView(Span):
    """What the host sees as its current span inside a step.

    It has the step's ids, so that spans opened inside become its children. All that is written to it goes to the span
    that was current around the step: `get_current_span().set_attribute(...)` means the host's span, not ours.
    """

    def __init__(self, span: SpanContext, parent: SpanContext | None, around: Span, name: str) -> None:
        """`span` and `parent` are the step's; below a parent its sampling flags count, at a root what the host would decide.

        A step's own span is always sampled. Its flag must not leak: a parent-based host sampler of 10 % would then keep
        every trace that a step begins.
        """
        self._span = span
        self._parent = parent
        self._around = around
        self._name = name
        self._context: SpanContext | None = None

    def get_span_context(self) -> SpanContext:
        """The step's ids under the host's sampling decision, which is asked for when it is first needed."""
        if self._context is None:
            span, parent = self._span, self._parent
            flags = parent.trace_flags if parent is not None else _root_flags(span.trace_id, self._name)
            self._context = SpanContext(span.trace_id, span.span_id, False, flags, span.trace_state)
        return self._context

    def is_recording(self) -> bool:
        """Whether the host's span records."""
        return self._around.is_recording()

    def end(self, end_time: int | None = None) -> None:
        """Nothing: the step ends its own span, and the host its own."""

    def set_attributes(self, attributes: Mapping[str, AnyValue]) -> None:
        """To the host's span."""
        self._around.set_attributes(attributes)

    def set_attribute(self, key: str, value: AnyValue) -> None:
        """To the host's span."""
        self._around.set_attribute(key, value)

    def add_event(self, name: str, attributes: Attributes = None, timestamp: int | None = None) -> None:
        """To the host's span."""
        self._around.add_event(name, attributes, timestamp)

    def add_link(self, context: SpanContext, attributes: Attributes = None) -> None:
        """To the host's span."""
        self._around.add_link(context, attributes)

    def update_name(self, name: str) -> None:
        """To the host's span."""
        self._around.update_name(name)

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        """To the host's span."""
        self._around.set_status(status, description)

    def record_exception(
        self,
        exception: BaseException,
        attributes: Attributes = None,
        timestamp: int | None = None,
        escaped: bool = False,
    ) -> None:
        """To the host's span."""
        self._around.record_exception(exception, attributes, timestamp, escaped)


def _root_flags(trace_id: int, name: str) -> TraceFlags:
    # Only the SDK's provider has a sampler, and the API names no way to ask.
    sampler = getattr(trace.get_tracer_provider(), "sampler", None)
    if sampler is None:
        return TraceFlags(TraceFlags.SAMPLED)
    decision = sampler.should_sample(Context(), trace_id, name, SpanKind.INTERNAL, {}, ()).decision
    return TraceFlags(TraceFlags.SAMPLED if decision.is_sampled() else TraceFlags.DEFAULT)
