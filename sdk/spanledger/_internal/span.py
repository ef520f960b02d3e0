"""One business span from its beginning to its end, outside any tracer: no sampler, limit or processor touches it."""

import traceback
from dataclasses import dataclass

from opentelemetry import baggage, trace
from opentelemetry.trace import SpanContext, TraceFlags

from spanledger import attributes as names
from spanledger._internal import failures, identity
from spanledger._internal.details import Details
from spanledger._internal.finished import Finished, Raised
from spanledger._internal.record import FAILING, Record
from spanledger._internal.runtime import Runtime
from spanledger._internal.text import clean, identifier

_SAMPLED = TraceFlags(TraceFlags.SAMPLED)


@dataclass(frozen=True, slots=True)
class Identity:
    """A span's own context and its parent's, if it has one."""

    context: SpanContext
    parent: SpanContext | None


class OpenSpan:
    """A span that has begun. It is sent once, by `end`."""

    def __init__(self, runtime: Runtime, step: str, details: Details, started_at: int | None = None) -> None:
        self.runtime = runtime
        self.name = clean(step)
        settings = runtime.settings
        self.record = Record(self.name, settings.redaction)
        around = {
            names.SYSTEM: settings.system,
            names.LEGAL_ENTITY: settings.legal_entity,
            names.REGION: settings.region,
            names.ID_SCOPE: settings.id_scope,
            names.TRANSACTION: baggage.get_baggage(names.TRANSACTION),
        }
        for name, value in around.items():
            if value is not None:
                self.record.text(name, value)
        self.record.describe(details)
        self.identity = self._identify(details.event_id)
        self.started_at = runtime.clock() if started_at is None else started_at
        self.ended = False
        self._producer_id = runtime.producer_id

    def _identify(self, event_id: object) -> Identity:
        known = identifier(event_id)
        if known is not None:
            system = self.record.get(names.SYSTEM) or self.runtime.settings.service_name or ""
            scope = self.record.get(names.ID_SCOPE) or ""
            trace_id, span_id = identity.of_event(str(system), str(scope), known, self.name)
            return Identity(SpanContext(trace_id, span_id, is_remote=False, trace_flags=_SAMPLED), None)
        parent = trace.get_current_span().get_span_context()
        if not parent.is_valid:
            ids = self.runtime.ids
            return Identity(SpanContext(ids.trace_id(), ids.span_id(), is_remote=False, trace_flags=_SAMPLED), None)
        own = SpanContext(parent.trace_id, self.runtime.ids.span_id(), False, _SAMPLED, parent.trace_state)
        return Identity(own, parent)

    def end(self, exception: BaseException | None = None, at: int | None = None) -> None:
        """Send the span, once. `at` in nanoseconds since 1970; now without it, but never before the start."""
        if self.ended:
            return
        self.ended = True
        if self._producer_id != self.runtime.producer_id:
            # Begun before a fork and ended in the child: the span is the parent's to send.
            return
        raised = self._conclude(exception)
        values = self.record.wire()
        values[names.PRODUCER_ID] = self._producer_id
        values[names.PRODUCER_SEQ] = self.runtime.next_number()
        said = values.get(names.ERROR_MESSAGE) or values.get(names.ERROR_CODE) or values.get(names.ERROR_KIND)
        self.runtime.sink.send(
            Finished(
                name=self.name,
                context=self.identity.context,
                parent=self.identity.parent,
                started_at=self.started_at,
                ended_at=max(self.runtime.clock(), self.started_at) if at is None else at,
                attributes=values,
                failed=values.get(names.OUTCOME) in FAILING,
                description=None if said is None else str(said),
                raised=raised,
                links=tuple(self.record.links),
            )
        )

    def _conclude(self, exception: BaseException | None) -> Raised | None:
        """Settle the outcome. What the step said of itself counts for more than the exception that left it."""
        said = self.record.get(names.OUTCOME)
        became = "success" if exception is None else failures.outcome_of(exception)
        if exception is None or became == "success":
            if said is None:
                self.record.outcome("success")
            return None
        if said not in FAILING:
            if became == "failure":
                self.record.fail(became, failures.failure_of(exception))
            else:
                self.record.outcome(became)
        kind, redaction = type(exception), self.runtime.settings.redaction
        return Raised(
            f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins."),
            redaction.message(failures.message_of(exception)),
            redaction.trace(clean("".join(traceback.format_exception(exception)))),
        )
