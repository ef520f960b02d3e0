"""Trace context and baggage in and out of a carrier: HTTP headers, message headers, a job's payload."""

from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, TypeVar

from opentelemetry import context, trace
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from opentelemetry.propagators.textmap import Getter, Setter
from opentelemetry.trace import SpanContext
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from spanledger._internal import runtime
from spanledger._internal.context_scope import ContextScope, unchanged
from spanledger._internal.problems import PROBLEMS, never_raises, nothing

# The W3C formats by themselves, whatever propagators the host has chosen for its own traces.
_PROPAGATORS = (TraceContextTextMapPropagator(), W3CBaggagePropagator())


Pairs = list[tuple[str, bytes]]
"""Headers as Kafka has them: names may repeat, values are bytes."""
C = TypeVar("C", MutableMapping[str, str], Pairs)


class _Writer(Setter[MutableMapping[str, str]]):
    def set(self, carrier: MutableMapping[str, str], key: str, value: str) -> None:
        # OpenTelemetry writes a space as '+', which W3C readers in other languages take for a plus.
        carrier[key] = value.replace("+", "%20") if key == "baggage" else value


class _Reader(Getter[Mapping[str, object]]):
    """Finds a header whatever its case, as text, bytes (Kafka) or a list of either."""

    def get(self, carrier: Mapping[str, object], key: str) -> list[str] | None:
        for name, value in carrier.items():
            if str(name).lower() == key:
                values = value if isinstance(value, list | tuple) else [value]
                return [one.decode("ascii", "replace") if isinstance(one, bytes) else str(one) for one in values]
        return None

    def keys(self, carrier: Mapping[str, object]) -> list[str]:
        return list(carrier)


_WRITER = _Writer()
_READER = _Reader()


def inject(carrier: C) -> C:
    """Write the current step and transaction into `carrier` as W3C headers, and return it.

    Args:
        carrier: a mapping of text to text (HTTP headers, AMQP's, a job's payload), or Kafka's list of names and bytes.

    The headers are `traceparent`, `tracestate` and `baggage`, in lower case. It never raises; a carrier that cannot be
    written to is returned as it is, and the problem logged.

    Example:
        >>> requests.post(url, json=invoice, headers=sl.inject({}))
    """
    if runtime.current() is not None:
        _write(carrier)
    return carrier


@never_raises(nothing)
def _write(carrier: MutableMapping[str, str] | Pairs) -> None:
    headers = {} if isinstance(carrier, list) else carrier
    for propagator in _PROPAGATORS:
        propagator.inject(headers, setter=_WRITER)
    if isinstance(carrier, list):
        carrier[:] = [pair for pair in carrier if pair[0] not in headers]
        carrier += [(name, value.encode()) for name, value in headers.items()]


@never_raises(unchanged)
def extract(carrier: Mapping[str, object] | Iterable[tuple[str, object]] | None) -> ContextScope:
    """Work under the trace and the transaction that a caller sent in `carrier`.

    Args:
        carrier: a mapping of header names, in any case, to text, bytes or lists of them; or pairs of these, as Kafka has
            them; or None, as many libraries say "no headers".

    Where the carrier says nothing, what is current stays. It never raises; a broken carrier is logged.

    Example:
        >>> with sl.extract(message.headers):
        ...     with sl.step("invoice.synced_to_crm", invoice=message.invoice):
        ...         sync(message)
    """
    return ContextScope(lambda: _read(carrier, context.get_current()))


def sender_of(carrier: Mapping[str, object] | Iterable[tuple[str, object]] | None) -> SpanContext | None:
    """The span that a carrier was written under; None where it says none. Raises nothing of its own."""
    # Without a context of its own, what says nothing would mean the span that is current here.
    told = trace.get_current_span(_read(carrier, Context()) or Context()).get_span_context()
    return told if told.is_valid else None


def _read(carrier: Any, around: Context) -> Context | None:
    if carrier is None:
        return None
    if isinstance(carrier, list | tuple):
        carrier = dict(carrier)
    # The standard library's own HTTP headers are no Mapping, but have items() like one.
    if not callable(getattr(carrier, "items", None)):
        PROBLEMS.report("carrier", "extract() needs a mapping or a list of pairs, not %s", type(carrier))
        return None
    found = around
    for propagator in _PROPAGATORS:
        found = propagator.extract(carrier, found, getter=_READER)
    return found
