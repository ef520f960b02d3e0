"""Silent sources, held to a plain walk over every report in Python."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spanledger_correlator.definition.loading import parse_source
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.definition.source_model import SourceRule
from spanledger_correlator.reading import Reading
from spanledger_correlator.silence import Silence, SourceState
from spanledger_store import Store

from .span_rows import SpanRow, put

MONDAY = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)
"""In the week before summer time begins in Berlin."""
STRIDE = timedelta(minutes=15)
numbers = iter(range(1_000_000))


def rule(rhythm: str, more: str = "") -> SourceRule:
    return parse_source(
        f"source: feed\neffective_from: 2026-03-23T09:00:00Z\nsystem: erp\nowner: erp-team\n{rhythm}\n{more}"
    )


@pytest.fixture(scope="module")
def spans(engine_directory: Path) -> Iterator[Store]:
    with Store.open(f"chdb://{engine_directory}?database=test_silence") as store:
        store.migrate()
        yield store
        store.command("DROP DATABASE test_silence SYNC")


def report(store: Store, *minutes: float, system: str = "erp", happened: float = -600) -> str:
    """Spans stored at these minutes after `MONDAY`, for a tenant of their own."""
    tenant = f"tenant-{next(numbers)}"
    put(
        store,
        *(
            SpanRow(
                f"{tenant}-{number}",
                "invoice.posted",
                (MONDAY - datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) / timedelta(minutes=1) + happened,
                tenant=tenant,
                system=system,
                stored_at=MONDAY + timedelta(minutes=minute),
            )
            for number, minute in enumerate(minutes)
        ),
    )
    return tenant


def state(store: Store, tenant: str, source: SourceRule, clock: datetime, **asked: object) -> SourceState:
    reading = Reading(store, Definitions([], sources=[source]), tenant, now=clock, **asked)  # type: ignore[arg-type]
    (found,) = reading.flows.sources()
    return found


def after(minutes: float) -> datetime:
    return MONDAY + timedelta(minutes=minutes)


def test_a_source_is_late_within_its_grace_and_silent_after_it(spans: Store) -> None:
    source = rule("every: 1h", "grace: 15m")
    tenant = report(spans, 30)
    assert state(spans, tenant, source, after(90)).state == "reporting"
    late = state(spans, tenant, source, after(104))
    assert (late.state, late.last_seen, late.expected, late.silences) == ("late", after(30), after(90), ())
    silent = state(spans, tenant, source, after(106))
    assert (silent.state, silent.silences) == ("silent", (Silence(after(90), None),))


def test_it_reports_again_and_the_silence_has_an_end(spans: Store) -> None:
    tenant = report(spans, 30, 200)
    found = state(spans, tenant, rule("every: 1h"), after(210))
    assert (found.state, found.silences) == ("reporting", (Silence(after(90), after(200)),))


def test_what_never_reported_is_silent_from_its_first_due_moment(spans: Store) -> None:
    tenant = report(spans, 30, system="crm")
    found = state(spans, tenant, rule("every: 1h"), after(61))
    assert (found.state, found.last_seen, found.silences) == ("silent", None, (Silence(after(60), None),))
    assert state(spans, tenant, rule("every: 1h"), after(-1)).state == "not_yet"


def test_a_source_silent_for_long_still_knows_when_it_was_seen(spans: Store) -> None:
    tenant = report(spans, 30)
    found = state(spans, tenant, rule("every: 1h"), after(200 * 24 * 60))
    assert (found.last_seen, found.silences) == (after(30), (Silence(after(90), None),))


def test_as_of_a_past_moment(spans: Store) -> None:
    """Known then, it was silent; known now, the spans that came late had happened in time."""
    source = rule("every: 1h")
    tenant = report(spans, 30, 300, happened=60)
    then = state(spans, tenant, source, after(0), as_of=after(150))
    assert (then.state, then.silences) == ("silent", (Silence(after(90), None),))
    now = state(spans, tenant, source, after(0), as_of=after(110), known="now")
    assert (now.state, now.last_seen) == ("reporting", after(60))


def test_other_tenants_sources_are_not_expected(spans: Store) -> None:
    source = rule("every: 1h", "tenant: somebody")
    assert Reading(spans, Definitions([], sources=[source]), "else", now=after(500)).flows.sources() == []


def test_the_exception_names_owner_and_moment(spans: Store) -> None:
    tenant = report(spans, 30)
    source = rule("every: 1h", "severity: high\nimpact: revenue\ntitle: Invoices")
    (found,) = Reading(spans, Definitions([], sources=[source]), tenant, now=after(150)).flows.exceptions()
    assert (found.kind, found.subject, found.since, found.until) == ("silent_source", "feed", after(90), None)
    assert (found.owner, found.severity, found.impact) == ("erp-team", "high", "revenue")
    assert found.detail == "Invoices should have reported 1 h ago and did not; last seen 2026-03-23 09:30 UTC."


def test_a_reading_without_sources_asks_nothing(spans: Store) -> None:
    assert Reading(spans, Definitions([]), "default").flows.exceptions() == []


def walk(source: SourceRule, reports: list[datetime], clock: datetime) -> list[Silence]:
    """Stride by stride: what was due, and whether anything had come since the due moment before it."""
    zone, rhythm = ZoneInfo(source.rhythm.calendar.zone), source.rhythm
    grace = timedelta(microseconds=source.grace_ns // 1000)
    quiet, silences = source.effective_from, []
    for at in [*(one for one in reports if one <= clock), None]:
        due, counted = quiet, timedelta()
        while True:
            due += STRIDE
            local = due.astimezone(zone)
            before = (due - STRIDE).astimezone(zone)
            if rhythm.every_ns is not None:
                minute = before.hour * 60 + before.minute
                works = rhythm.calendar.hours[0] <= minute < rhythm.calendar.hours[1]
                counted += STRIDE * (works and rhythm.calendar.works_on(before.date()))
                if counted >= timedelta(microseconds=rhythm.every_ns // 1000):
                    break
            elif rhythm.calendar.works_on(local.date()) and local.hour * 60 + local.minute == rhythm.due_by:
                break
        if due + grace < (at or clock):
            silences.append(Silence(due, at))
        quiet = at or quiet
    return silences


@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    minutes=st.lists(st.integers(0, 8 * 96), max_size=6, unique=True).map(
        lambda found: sorted(15 * one for one in found)
    ),
    rhythm=st.sampled_from(["every: 90m", "every: 1d", 'daily_by: "06:00"', 'daily_by: "11:30"']),
    days=st.sampled_from(
        ["zone: Europe/Berlin", "days: [monday, thursday]\nzone: Europe/Berlin", "calendar: de-business-days"]
    ),
    grace=st.sampled_from(["0s", "45m"]),
    clock=st.integers(0, 10 * 96).map(lambda number: 15 * number + 5),
)
def test_silences_are_those_of_a_plain_walk(
    spans: Store, minutes: list[int], rhythm: str, days: str, grace: str, clock: int
) -> None:
    source = rule(rhythm, f"grace: {grace}\n{days}")
    # A span of another system lets the tenant exist.
    tenant = report(spans, *minutes) if minutes else report(spans, 0, system="crm")
    found = state(spans, tenant, source, after(clock), as_of=after(clock))
    assert list(found.silences) == walk(source, [after(minute) for minute in minutes], after(clock))


def test_a_silence_that_began_before_what_is_looked_at_is_told_with_its_end(spans: Store) -> None:
    days = 24 * 60
    tenant = report(spans, 30, 50 * days)
    found = state(spans, tenant, rule("every: 1h"), after(60 * days))
    assert found.silences == (Silence(after(90), after(50 * days)), Silence(after(50 * days + 60), None))
