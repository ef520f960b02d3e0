"""Which span tells an occurrence: its ids follow from the emitting system's own event id."""

from __future__ import annotations

from typing import NamedTuple

from spanledger._internal.identity import of_event
from spanledger_server.simulate.plan.book import Book
from spanledger_server.simulate.plan.occurrence import Occurrence


class SpanIds(NamedTuple):
    """A span's identity as integers, as OpenTelemetry holds them."""

    trace: int
    span: int

    @property
    def trace_id(self) -> str:
        """32 hex digits."""
        return f"{self.trace:032x}"

    @property
    def span_id(self) -> str:
        """16 hex digits."""
        return f"{self.span:016x}"


def own_ids(occurrence: Occurrence) -> SpanIds:
    """The ids that the system would give the span if it began a trace."""
    return SpanIds(*of_event(occurrence.system, "", occurrence.event, occurrence.name))


def span_ids(book: Book, occurrence: Occurrence) -> SpanIds:
    """The ids of the span that tells it, in the trace in which it stands."""
    return SpanIds(own_ids(book.root_of(occurrence)).trace, own_ids(occurrence).span)
