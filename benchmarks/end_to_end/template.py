"""An OTLP request that is encoded once; ids, amounts and times are then replaced in its bytes.

Encoding 1,000 spans takes Python tens of milliseconds, replacing well under one: the senders must not be what a
benchmark on two cores measures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from benchmarks.end_to_end.business import PlannedSpan, Value

_Bytes = npt.NDArray[np.uint8]
_Numbers = npt.NDArray[np.int64]

_WIDTHS = {"block": 8, "half": 4, "whole": 4, "client": 4}
_TOKEN = re.compile(r"\{(block|half|whole|client)\}")
_NUMBERS = ("half", "whole", "client")
# What stands in the encoded bytes until it is replaced; protobuf writes them unchanged, each behind a tag.
_TRACE_ID, _SPAN_ID, _INSTANT = b"\xff" * 16, b"\xfe" * 8, b"\xfd" * 8
_SECOND = 1_000_000_000


@dataclass
class _Draft:
    """What the places in the bytes mean, in the order in which the bytes are written."""

    tokens: list[tuple[str, int, int]] = field(default_factory=list)
    trace_of: list[int] = field(default_factory=list)
    span_of: list[int] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)
    traces: dict[tuple[int, int], int] = field(default_factory=dict)
    last_named: dict[tuple[int, int, str], int] = field(default_factory=dict)

    def text(self, text: str, span: PlannedSpan) -> str:
        def put(match: re.Match[str]) -> str:
            self.tokens.append((match[1], span.phase, span.group))
            return "@" * _WIDTHS[match[1]]

        return _TOKEN.sub(put, text)

    def value(self, value: Value, span: PlannedSpan) -> AnyValue:
        made = AnyValue()
        if isinstance(value, list):
            made.array_value.values.extend(AnyValue(string_value=self.text(one, span)) for one in value)
        elif isinstance(value, int):
            made.int_value = value
        else:
            made.string_value = self.text(value, span)
        return made

    def encode(self, planned: PlannedSpan) -> Span:
        number = len(self.ages)
        instant = int.from_bytes(_INSTANT, "little")
        span = Span(
            trace_id=_TRACE_ID,
            span_id=_SPAN_ID,
            name=planned.name,
            kind=Span.SPAN_KIND_CLIENT,
            start_time_unix_nano=instant,
            end_time_unix_nano=instant,
        )
        self.trace_of.append(self.traces.setdefault((planned.group, planned.phase), len(self.traces)))
        self.span_of.append(number)
        self.ages.append(planned.age)
        if planned.parent is not None:
            span.parent_span_id = _SPAN_ID
            self.span_of.append(self.last_named[planned.group, planned.phase, planned.parent])
        self.last_named[planned.group, planned.phase, planned.name] = number
        for name, value in planned.attributes.items():
            span.attributes.add(key=name).value.CopyFrom(self.value(value, planned))
        if planned.failed:
            span.status.code = Status.STATUS_CODE_ERROR
        return span


class Template:
    """A request of `groups` invoices and what belongs to them; `plan` gives the spans of each."""

    def __init__(self, plan: Callable[[int], Iterable[PlannedSpan]], groups: int) -> None:
        planned = [span for group in range(groups) for span in plan(group)]
        draft = _Draft()
        request = ExportTraceServiceRequest()
        for system in dict.fromkeys(span.system for span in planned):
            resource = request.resource_spans.add()
            resource.resource.attributes.add(key="service.name").value.string_value = f"{system}-integration"
            resource.resource.attributes.add(key="deployment.environment.name").value.string_value = "production"
            scope = resource.scope_spans.add()
            scope.scope.name = "benchmark"
            scope.spans.extend(draft.encode(span) for span in planned if span.system == system)
        self.body = request.SerializeToString(deterministic=True)
        self.groups = groups
        self.spans = len(planned)
        self.phases = 1 + max(span.phase for span in planned)
        self.traces = len(draft.traces)
        self.trace_places = _places(self.body, _TRACE_ID)
        self.trace_of = np.array(draft.trace_of)
        self.span_places = _places(self.body, _SPAN_ID)
        self.span_of = np.array(draft.span_of)
        instants = _places(self.body, _INSTANT)
        self.start_places, self.end_places = instants[0::2], instants[1::2]
        self.ages = (np.array(draft.ages) * _SECOND).astype(np.int64)
        blocks, numbers = (
            [token for token in draft.tokens if (token[0] == "block") is wanted] for wanted in (True, False)
        )
        wide, narrow = (_places(self.body, b"@" * width, alone=True) for width in (8, 4))
        self.block_places, self.block_phases = wide, np.array([phase for _, phase, _ in blocks])
        self.number_places = narrow
        self.number_kinds = np.array([_NUMBERS.index(kind) for kind, _, _ in numbers])
        self.number_phases = np.array([phase for _, phase, _ in numbers])
        self.number_groups = np.array([group for _, _, group in numbers])
        found = [len(one) for one in (self.trace_places, self.span_places, self.end_places, wide, narrow)]
        meant = [len(one) for one in (self.trace_of, self.span_of, self.ages, blocks, numbers)]
        if found != meant:
            raise AssertionError(f"The encoded request has {found} places to replace; {meant} were meant.")


class Request:
    """One copy of a template's bytes, for one sending thread."""

    def __init__(self, template: Template, seed: int) -> None:
        self._template = template
        self.body = bytearray(template.body)
        self._view: _Bytes = np.frombuffer(self.body, dtype=np.uint8)
        self._random = np.random.default_rng(seed)

    def fill(self, blocks: Iterable[int], now: int) -> bytearray:
        """Make it the request whose phases belong to these `blocks` of invoices, sent `now` (Unix nanoseconds)."""
        template, view = self._template, self._view
        block_of = np.fromiter(blocks, dtype=np.int64, count=template.phases)
        view[template.block_places] = _digits(block_of, 8)[template.block_phases]
        view[template.number_places] = _digits(self._numbers(block_of), 4)
        traces = self._random.integers(0, 256, (template.traces, 16), dtype=np.uint8)
        view[template.trace_places] = traces[template.trace_of]
        spans = self._random.integers(0, 256, (template.spans, 8), dtype=np.uint8)
        view[template.span_places] = spans[template.span_of]
        ends = now - template.ages - self._random.integers(0, _SECOND, template.spans)
        view[template.end_places] = _fixed64(ends)
        view[template.start_places] = _fixed64(ends - self._random.integers(_SECOND // 1000, _SECOND, template.spans))
        return self.body

    def _numbers(self, block_of: _Numbers) -> _Numbers:
        block, group = block_of[self._template.number_phases], self._template.number_groups
        half = 1000 + (block * 7919 + group * 104_729) % 4000
        client = (block * 31 + group * 17) % 2000
        return np.choose(self._template.number_kinds, [half, 2 * half, client])


def blocks_of(request: int, *, first: int, count: int, lag: int, phases: int) -> Iterator[int]:
    """The block that each phase of the `request`-th of `count` requests belongs to.

    The phases of one block are `lag` requests apart. It wraps around, so that after all requests every transaction is
    complete: those of the last blocks begin with their later steps.
    """
    return (first + (request - phase * lag) % count for phase in range(phases))


def _places(body: bytes, mark: bytes, *, alone: bool = False) -> npt.NDArray[np.int64]:
    """Where the mark stands: a row of byte positions each. `alone`: not as a part of a longer run."""
    byte = re.escape(mark[:1])
    pattern = re.escape(mark)
    if alone:
        pattern = b"(?<!" + byte + b")" + pattern + b"(?!" + byte + b")"
    starts = np.array([match.start() for match in re.finditer(pattern, body)], dtype=np.int64)
    return starts[:, None] + np.arange(len(mark))


def _digits(values: _Numbers, width: int) -> _Bytes:
    powers = 10 ** np.arange(width - 1, -1, -1)
    return (values[:, None] // powers % 10 + ord("0")).astype(np.uint8)


def _fixed64(values: _Numbers) -> _Bytes:
    return values.astype("<i8").view(np.uint8).reshape(-1, 8)
