"""Turns batches of an event log into OTLP requests, as the mapping says.

Columns are rendered for the whole batch first; the loop over rows then only fills protobuf messages.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from zoneinfo import ZoneInfo

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span, Status

from spanledger import attributes
from spanledger_server.backfill.errors import LogUnreadable
from spanledger_server.backfill.events import Batch, EventLog
from spanledger_server.backfill.identity import event_ids
from spanledger_server.backfill.mapping import Mapping, NamedStep
from spanledger_server.backfill.naming import LINK, Naming
from spanledger_server.backfill.template import Column, Template
from spanledger_server.backfill.times import nanoseconds, representable, rfc3339

SOURCE_EVENT = "spanledger.source.event"
"""The source's own event id, or the row's position from 0: the way back from a span to the row that it came from."""
SERVICE = "spanledger-backfill"
LARGEST_REQUEST = 4 * 1024 * 1024
"""Bytes before compression: OTLP's receivers refuse more than a limit of theirs, in gRPC's case by default this one."""
_FAILURES = ("failure", "rejected")


@dataclass(frozen=True, slots=True)
class Made:
    """What a batch became: OTLP requests, the span ids in them, and how many of the rows the mapping leaves out."""

    rows: int
    filtered: int
    ids: list[int]
    payloads: list[bytes]


@dataclass(slots=True)
class SpanMaker:
    """Makes the spans of one log. Raises LogUnreadable for a missing column, and for a row that cannot become a span."""

    mapping: Mapping
    log: EventLog
    name: str
    _naming: Naming = field(init=False)
    _zone: ZoneInfo = field(init=False)
    _version: str = field(init=False)
    _always: int | None = field(init=False)

    def __post_init__(self) -> None:
        for column in sorted(self.mapping.text_columns() | set(self.mapping.list_columns())):
            if column not in self.log.columns:
                near = difflib.get_close_matches(column, self.log.columns, n=1)
                raise LogUnreadable(
                    f"{self.log.path}: there is no column `{column}`, which the mapping names.",
                    hint=f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(self.log.columns)}.",
                )
        self._naming = Naming(self.mapping, self.log.path)
        self._zone = ZoneInfo(self.mapping.time.zone)
        self._version = version("spanledger-platform")
        time = self.mapping.time
        self._always = nanoseconds(time.always, self._zone, time.format) if time.always else None

    def make(self, batch: Batch) -> Made:
        """The spans of a batch, in one request unless it would be larger than `LARGEST_REQUEST`."""
        scope = ScopeSpans()
        scope.scope.name = SERVICE
        scope.scope.version = self._version
        self._fill(scope, batch)
        ids = [int.from_bytes(span.span_id, "big") for span in scope.spans]
        return Made(batch.rows, batch.rows - len(ids), ids, list(self._payloads(scope)))

    def _payloads(self, scope: ScopeSpans) -> Iterator[bytes]:
        count = len(scope.spans)
        if count > 1 and scope.ByteSize() > LARGEST_REQUEST:
            for part in (slice(count // 2), slice(count // 2, None)):
                yield from self._payloads(ScopeSpans(scope=scope.scope, spans=scope.spans[part]))
        elif count:
            request = ExportTraceServiceRequest()
            resource = request.resource_spans.add()
            for key, value in (("service.name", SERVICE), ("spanledger.source.log", self.name)):
                attribute = resource.resource.attributes.add()
                attribute.key, attribute.value.string_value = key, value
            resource.scope_spans.append(scope)
            yield request.SerializeToString()

    def _fill(self, scope: ScopeSpans, batch: Batch) -> None:
        kept = self._kept(batch)
        steps = self._naming.steps(batch, kept)
        events = self._events(batch)
        columns = self._columns(batch)
        for row, step in enumerate(steps):
            if step is None or not kept[row]:
                continue
            event = events[row]
            if event is None:
                raise self._fault(batch.first + row, "the event id is empty", "Without `event_id:` positions count.")
            span = scope.spans.add()
            span.trace_id, span.span_id = event_ids(self.name, event)
            span.name = step.step or "link"
            span.kind = Span.SPAN_KIND_INTERNAL
            self._set_times(span, batch, row)
            if step is not LINK:
                _set(span, attributes.STEP, step.step)
            _set(span, SOURCE_EVENT, event)
            _set_outcome(span, step, self._naming.activity(batch, row))
            for key, values, only in columns:
                value = values[row]
                if value is not None and (only is None or step.step in only):
                    _set(span, key, value)
            if not self._naming.set_entities(span, batch, row):
                raise self._fault(batch.first + row, "the row names no entity", "Filter such rows out with `where:`.")

    def _events(self, batch: Batch) -> Column:
        if self.mapping.event_id:
            return self.mapping.event_id.render(batch.texts, batch.rows)
        return [str(position) for position in range(batch.first, batch.first + batch.rows)]

    def _kept(self, batch: Batch) -> list[bool]:
        kept = [True] * batch.rows
        for one in self.mapping.where:
            among = set(one.among if one.among is not None else one.not_in or ())
            wanted = one.among is not None
            kept = [
                keep and ((value or "") in among) == wanted
                for keep, value in zip(kept, batch.texts[one.column], strict=True)
            ]
        return kept

    def _columns(self, batch: Batch) -> list[tuple[str, Column, frozenset[str] | None]]:
        """The attributes that are plain columns: name, values, and the steps they are limited to."""
        mapping = self.mapping
        facts: list[tuple[str, Template, Sequence[str] | None]] = [(attributes.SYSTEM, mapping.system, None)]
        if mapping.process:
            facts.append((attributes.PROCESS, Template(mapping.process), None))
        if mapping.id_scope:
            facts.append((attributes.ID_SCOPE, mapping.id_scope, None))
        for amount in mapping.amount:
            facts.append((attributes.AMOUNT, amount.value, amount.steps))
            facts.append((attributes.CURRENCY, amount.currency, amount.steps))
        facts += [
            (attributes.ATTRIBUTE_PREFIX + name, one.value, one.steps) for name, one in mapping.attributes.items()
        ]
        facts += [(name, template, None) for name, template in mapping.span_attributes.items()]
        try:
            return [
                (name, template.render(batch.texts, batch.rows), frozenset(steps) if steps is not None else None)
                for name, template, steps in facts
            ]
        except ValueError as error:
            raise LogUnreadable(
                f"{self.log.path}: in the {batch.rows} rows from {batch.first + 1} on {error}.",
                hint="Take the filter out of the mapping, or filter such rows with `where:`.",
            ) from error

    def _set_times(self, span: Span, batch: Batch, row: int) -> None:
        time = self.mapping.time
        end = self._time(batch, row, time.column) if time.column else self._always
        if end is None:
            raise self._fault(
                batch.first + row, f"the time in `{time.column}` is empty", "Filter such rows with `where:`."
            )
        start = self._time(batch, row, time.start) if time.start else end
        span.end_time_unix_nano = representable(end)
        span.start_time_unix_nano = representable(min(start, end) if start is not None else end)
        if span.end_time_unix_nano != end:
            _set(span, attributes.OCCURRED_AT, rfc3339(end))

    def _time(self, batch: Batch, row: int, column: str) -> int | None:
        text = batch.texts[column][row]
        if text is None:
            return None
        try:
            return nanoseconds(text, self._zone, self.mapping.time.format)
        except (ValueError, OverflowError) as error:
            raise self._fault(
                batch.first + row,
                f"`{text}` in `{column}` is not a time",
                "Times are ISO 8601; for another form set `time: {column: …, format: …}` (strptime's).",
            ) from error

    def _fault(self, position: int, what: str, hint: str = "") -> LogUnreadable:
        return LogUnreadable(f"{self.log.path}: row {position + 1}: {what}.", hint=hint)


def _set(span: Span, key: str, value: str) -> None:
    attribute = span.attributes.add()
    attribute.key = key
    attribute.value.string_value = value


def _set_outcome(span: Span, step: NamedStep, activity: str | None) -> None:
    if step.outcome == "success":
        return
    _set(span, attributes.OUTCOME, step.outcome)
    if step.outcome in _FAILURES:
        span.status.code = Status.STATUS_CODE_ERROR
        span.status.message = activity or ""
        _set(span, attributes.ERROR_MESSAGE, activity or step.step)
    if step.error:
        _set(span, attributes.ERROR_KIND, step.error)
