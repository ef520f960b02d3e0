"""Missing numbers of producers, held to sets in Python."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as told_with
from hypothesis import strategies as st

from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import parse_source
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.reading import Reading
from spanledger_correlator.sequences import Producer
from spanledger_store import Store

from .span_rows import SpanRow, put

BEGIN = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)
SOURCE = parse_source(
    "source: feed\neffective_from: 2030-01-01\nservice: sync\nowner: erp-team\nevery: 1h\nseverity: high"
)
DEFINITIONS = Definitions([], sources=[SOURCE])
numbers = iter(range(1_000_000))


@pytest.fixture(scope="module")
def spans(engine_directory: Path) -> Iterator[Store]:
    with Store.open(f"chdb://{engine_directory}?database=test_sequences") as store:
        store.migrate()
        yield store
        store.command("DROP DATABASE test_sequences SYNC")


def after(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def tell(store: Store, *commits: tuple[float, list[int]], last: int = 0, producer: str = "p", tenant: str = "") -> str:
    """Commits at these minutes with these numbers; the last span of the last one says the `last` number."""
    tenant = tenant or f"tenant-{next(numbers)}"
    for place, (minute, given) in enumerate(commits):
        final = place == len(commits) - 1
        put(
            store,
            *(
                SpanRow(
                    f"{tenant}-{producer}-{number}",
                    tenant=tenant,
                    service="sync",
                    producer=(producer, number),
                    span_attributes={"business.producer.last": str(last)}
                    if last and final and number == given[-1]
                    else {},
                    stored_at=after(minute),
                )
                for number in given
            ),
        )
    # The tests do not store in the order of time: everything is taken in again.
    store.command("TRUNCATE TABLE correlated_batches")
    Correlator(store, DEFINITIONS).catch_up()
    return tenant


def producers(store: Store, tenant: str, minutes: float, **asked: object) -> list[Producer]:
    return Reading(store, DEFINITIONS, tenant, now=after(minutes), **asked).flows.producers(everything=True)  # type: ignore[arg-type]


def test_a_missing_number_is_a_gap_after_its_grace_until_it_comes(spans: Store) -> None:
    tenant = tell(spans, (0, [1, 2]), (1, [5, 6]), (60, [3, 4]))
    (young,) = producers(spans, tenant, 5, as_of=after(5))
    assert (young.state, young.gaps) == ("running", ())
    (gap,) = producers(spans, tenant, 7, as_of=after(7))
    assert [(one.first, one.last, one.since) for one in gap.gaps] == [(3, 4, after(1))]
    assert (gap.state, gap.missing) == ("gap", 2)
    (closed,) = producers(spans, tenant, 90)
    assert (closed.state, closed.gaps) == ("running", ())


def test_what_the_last_span_says_shows_a_lost_end(spans: Store) -> None:
    tenant = tell(spans, (0, [1, 2, 3]), last=5)
    (found,) = producers(spans, tenant, 10)
    assert [(one.first, one.last) for one in found.gaps] == [(4, 5)]
    assert (found.last_number, found.service) == (5, "sync")


def test_a_producer_that_said_its_last_number_has_closed(spans: Store) -> None:
    tenant = tell(spans, (0, [1, 2, 3]), last=3)
    (found,) = producers(spans, tenant, 10_000)
    assert (found.state, found.gaps) == ("closed", ())


def test_an_end_without_a_close_shows_where_others_close(spans: Store) -> None:
    tenant = tell(spans, (0, [1, 2]), producer="died")
    (alone,) = producers(spans, tenant, 24 * 60 + 1)
    assert alone.state == "running"
    tell(spans, (1, [1]), last=1, producer="ended", tenant=tenant)
    assert {one.id: one.state for one in producers(spans, tenant, 23 * 60)} == {"died": "running", "ended": "closed"}
    assert {one.id: one.state for one in producers(spans, tenant, 24 * 60 + 2)} == {
        "died": "unclosed",
        "ended": "closed",
    }


def test_the_exception_has_the_owner_of_its_source(spans: Store) -> None:
    tenant = tell(spans, (0, [2]))
    (found,) = Reading(spans, DEFINITIONS, tenant, now=after(10)).flows.exceptions()
    assert (found.kind, found.subject, found.since, found.owner) == ("sequence_gap", "sync p 1-1", after(0), "erp-team")
    assert found.detail == "1 span of sync is missing: number 1 of producer p."


def test_the_same_spans_sent_twice_are_no_gap(spans: Store) -> None:
    tenant = tell(spans, (0, [1, 2, 3]), (2, [2, 3, 4]), (3, [1]))
    (found,) = producers(spans, tenant, 90)
    assert (found.last_number, found.gaps) == (4, ())


@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@told_with(
    commits=st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=5, unique=True), min_size=1, max_size=5),
    last=st.sampled_from([0, 3, 12, 14]),
)
def test_gaps_are_those_of_a_set(spans: Store, commits: list[list[int]], last: int) -> None:
    told = [(minute * 10.0, given) for minute, given in enumerate(commits)]
    tenant = tell(spans, *told, last=last)
    (found,) = producers(spans, tenant, 1000)
    missing = {number for gap in found.gaps for number in range(gap.first, gap.last + 1)}
    come = {number for given in commits for number in given}
    assert missing == set(range(1, max(*come, last) + 1)) - come
    for gap in found.gaps:
        behind = [minute for minute, given in told if max(given) > gap.last]
        assert gap.since == after(min(behind) if behind else told[-1][0])
