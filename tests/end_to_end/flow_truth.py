"""What a firm knows of its flows, from its own book: sums that must agree, feeds that fell silent, spans that got lost.

`lost` are the spans that never reached the collector; the firm did all the same what they tell, but nobody can see it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanledger_server.simulate.plan import Plan
from spanledger_server.simulate.plan.occurrence import Occurrence
from spanledger_server.simulate.span_ids import span_ids

Ids = AbstractSet[tuple[str, str]]
Measure = Literal["count", "quantity", "amount"]
Sums = dict[tuple[str, tuple[str, ...], str], Decimal]
"""By month, keys and unit."""


@dataclass(frozen=True)
class Batches:
    """What left the firm's systems: the requests that arrived, and the spans of those that did not."""

    arrived: Sequence[bytes]
    lost: Ids
    gaps: Mapping[str, tuple[tuple[int, int], ...]]
    """By producer, the numbers that are missing before the last one that arrived."""


def losing(requests: Sequence[bytes], lost: AbstractSet[int]) -> Batches:
    """The requests without those of these places."""
    told: dict[str, set[int]] = defaultdict(set)
    gone: set[tuple[str, str]] = set()
    here: set[tuple[str, str]] = set()
    for place, body in enumerate(requests):
        for ids, producer, number in _numbered(body):
            (gone if place in lost else here).add(ids)
            if place not in lost:
                told[producer].add(number)
    arrived = [body for place, body in enumerate(requests) if place not in lost]
    return Batches(arrived, gone - here, {name: gaps for name, known in told.items() if (gaps := _gaps(known))})


def _numbered(body: bytes) -> Iterator[tuple[tuple[str, str], str, int]]:
    for resource_spans in ExportTraceServiceRequest.FromString(body).resource_spans:
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                values = {item.key: item.value for item in span.attributes}
                number = values["business.producer.seq"].int_value
                ids = (span.trace_id.hex(), span.span_id.hex())
                yield ids, values["business.producer.id"].string_value, number


def _gaps(known: set[int]) -> tuple[tuple[int, int], ...]:
    runs: list[tuple[int, int]] = []
    for number in sorted(set(range(1, max(known))) - known):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return tuple(runs)


def seen(plan: Plan, lost: Ids) -> list[Occurrence]:
    """What happened and was told, in the order of time."""
    told = (one for one in plan.book.occurrences.values() if not one.dropped)
    kept = [one for one in told if (span_ids(plan.book, one).trace_id, span_ids(plan.book, one).span_id) not in lost]
    return sorted(kept, key=lambda one: one.at)


def silences(
    occurrences: Iterable[Occurrence], system: str, every: timedelta, since: datetime, clock: datetime
) -> list[tuple[datetime, datetime | None]]:
    """When a system should have reported and did not, until it did: what it does is what it reports."""
    found: list[tuple[datetime, datetime | None]] = []
    quiet = since
    for moment in [*(_moment(one.at) for one in occurrences if one.system == system), None]:
        if moment is not None and not since < moment <= clock:
            continue
        if (moment or clock) > quiet + every:
            found.append((quiet + every, moment))
        quiet = moment or quiet
    return found


def sums(plan: Plan, occurrences: Iterable[Occurrence], step: str, measure: Measure, *, once: bool) -> Sums:
    """What a step adds up to by legal entity and month: each record once, whatever it was resent.

    `once` says that the step happens once to a record; otherwise what has no key of its own is a part.
    """
    found: Sums = defaultdict(Decimal)
    counted: set[tuple[object, ...]] = set()
    happened = [one for one in occurrences if one.name == step and one.step]
    for record, one in _standing(_records(plan, happened, step.partition(".")[0], measure), once=once):
        month, keys = f"{_moment(one.at):%Y-%m}", (one.legal_entity,)
        if measure == "quantity" and one.hours is not None:
            found[month, keys, "hours"] += one.hours
        elif measure == "amount" and one.money is not None:
            found[month, keys, one.money.currency] += one.money.amount
        elif measure == "count" and (record, month, keys) not in counted:
            counted.add((record, month, keys))
            found[month, keys, ""] += 1
    return dict(found)


def _records(
    plan: Plan, happened: Iterable[Occurrence], entity: str, measure: Measure
) -> Iterator[tuple[object, Occurrence]]:
    """What happened, by the record that it names, under whichever of its ids; "" where it names none."""
    stories = [story for story in plan.book.stories if story.root == entity]
    known: dict[str, object] = {one: id(story) for story in stories for one in story.ids}
    for one in happened:
        records = [known.get(named, named) for named in dict(one.entities).get(entity, ())] or [""]
        yield from ((record, one) for record in (records if measure == "count" else records[:1]))


def _standing(happened: Iterable[tuple[object, Occurrence]], *, once: bool) -> Iterator[tuple[object, Occurrence]]:
    """The successes that stand: of those with one key the newest, and none that was undone after it."""
    newest: dict[tuple[object, str], Occurrence] = {}
    undone: dict[object, int] = {}
    for record, one in happened:
        if one.outcome == "compensated":
            undone[record] = one.at
        elif one.outcome == "success":
            newest[record, one.key or ("" if once and record else one.event)] = one
    for (record, _), one in newest.items():
        if undone.get(record, -1) <= one.at:
            yield record or one.event, one


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at // 1_000_000_000, UTC) + timedelta(microseconds=at % 1_000_000_000 // 1000)
