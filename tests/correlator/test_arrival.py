"""A transaction's state is a function of the set of its spans: arrival cannot change it (DESIGN section 1).

Every example delivers the same spans twice, to two tenants: once whole, once shuffled, repeated and split over several
group commits with a tick after each. The two must end alike, alike to a complete evaluation, and to a rebuild.
"""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spanledger_correlator import kept_verdicts
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import load_definitions
from spanledger_correlator.evaluation import STATE_COLUMNS
from spanledger_correlator.reading import Reading
from spanledger_store import Store

from .span_rows import STORED, SpanRow, put

DEFINITIONS = load_definitions([], pack=("invoice-to-cash", "opportunity-to-project", "time-to-bill"))
COLUMNS = STATE_COLUMNS.removeprefix("Tenant, ")
VERDICT = kept_verdicts.COLUMNS.removeprefix("Tenant, ")
KEPT = {"transactions": STATE_COLUMNS, "verdicts": kept_verdicts.COLUMNS, "open_verdicts": kept_verdicts.COLUMNS}
_runs = itertools.count(1)

STEPS = [
    "invoice.generated",
    "invoice.posted",
    "invoice.synced_to_crm",
    "credit_note.issued",
    "payment.received",
    "invoice.voided",
    "time_entry.submitted",
    "time_entry.approved",
    "opportunity.won",
    "project.created",
    "",
]
ENTITIES = [
    ("invoice", "I1"),
    ("invoice", "I2"),
    ("invoice", "I3"),
    ("payment", "P1"),
    ("payment", "P2"),
    ("payment", "N/A"),
    ("credit_note", "C1"),
    ("time_entry", "T1"),
    ("time_entry", "T2"),
    ("billing_event", "B1"),
    ("account", "A1"),
    ("account", "A2"),
    ("opportunity", "O1"),
    ("opportunity", "O2"),
    ("project", "J1"),
    ("project", "J2"),
]


@st.composite
def span(draw: st.DrawFn, number: int) -> SpanRow:
    entities = tuple(draw(st.lists(st.sampled_from(ENTITIES), unique=True, max_size=3)))
    single = [kind for kind, _ in entities if [k for k, _ in entities].count(kind) == 1]
    aliases: tuple[tuple[str, str], ...] = ()
    if single and draw(st.integers(0, 4)) == 0:
        kind = draw(st.sampled_from(single))
        aliases = ((kind, draw(st.sampled_from([entity for type_, entity in ENTITIES if type_ == kind] + ["X9"]))),)
    attributes: tuple[tuple[str, str, str], ...] = ()
    if "account" in single and draw(st.booleans()):
        attributes = (("account", "in_crm", draw(st.sampled_from(["true", "false"]))),)
    invoices = [entity for kind, entity in entities if kind == "invoice"]
    allocations = tuple(("invoice", entity, "5.25") for entity in invoices) if draw(st.integers(0, 3)) == 0 else ()
    return SpanRow(
        name=f"s{number}",
        step=draw(st.sampled_from(STEPS)),
        at=draw(st.integers(0, 3000)),
        entities=entities,
        trace=draw(st.sampled_from(["", "tr1", "tr2"])),
        parent=draw(st.sampled_from(["", *(f"s{other}" for other in range(number))])),
        outcome=draw(
            st.sampled_from(["success", "success", "success", "failure", "rejected", "compensated", "skipped"])
        ),
        amount=draw(st.sampled_from([None, ("10.50", "EUR"), ("5.25", "EUR"), ("7", "USD")])),
        allocations=allocations,
        aliases=aliases,
        attributes=attributes,
        error=draw(st.sampled_from([("", "", ""), ("closed_period", "PC", "The period is closed")])),
        key=draw(st.sampled_from(["", "k1", "k2"])),
        transaction=draw(st.sampled_from(["", "", "", "invoice-to-cash/I1", "invoice-to-cash/I2", "time-to-bill/T1"])),
        process=draw(st.sampled_from(["", "", "", "invoice-to-cash"])),
    )


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[SpanRow], list[list[SpanRow]]]:
    """The spans, differing copies among them, and a way for them to arrive in several commits."""
    spans = [draw(span(number)) for number in range(draw(st.integers(2, 9)))]
    for number in draw(st.lists(st.integers(0, len(spans) - 1), max_size=2)):
        other = draw(span(100 + number))
        changed = other.having(
            name=spans[number].name, trace=spans[number].trace or spans[number].name, duration_ns=1_000_000
        )
        spans.append(changed)
    arriving = draw(st.permutations(spans))
    repeated = [*arriving, *draw(st.lists(st.sampled_from(arriving), max_size=3))]
    cuts = sorted(draw(st.lists(st.integers(1, len(repeated)), max_size=2)))
    return spans, [repeated[a:b] for a, b in itertools.pairwise([0, *cuts, len(repeated)])]


def states(store: Store, tenant: str, table: str) -> list[dict[str, Any]]:
    return store.rows(
        f"SELECT {COLUMNS} FROM {table} WHERE Tenant = {{tenant:String}} ORDER BY Process, RootId", {"tenant": tenant}
    )


def verdicts(store: Store, tenant: str, table: str) -> list[dict[str, Any]]:
    return store.rows(
        f"SELECT {VERDICT} FROM {table} WHERE Tenant = {{tenant:String}} ORDER BY Process, RootId", {"tenant": tenant}
    )


def orphans(store: Store, tenant: str) -> list[dict[str, Any]]:
    return moments_apart(Reading(store, DEFINITIONS, tenant, now=STORED + timedelta(days=1)).orphans())


def moments_apart(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows without the moment of storing, which arrival does change."""
    return [{column: value for column, value in row.items() if column != "StoredAt"} for row in rows]


def same(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    """Assert equality, naming only the columns that differ."""
    keys = [[(row["Process"], row["RootId"]) for row in rows] for rows in (found, wanted)]
    assert keys[0] == keys[1]
    differing = [
        (one["RootId"], column, one[column], other[column])
        for one, other in zip(found, wanted, strict=True)
        for column in one
        if one[column] != other[column]
    ]
    assert differing == []


def check(store: Store, spans: list[SpanRow], commits: list[list[SpanRow]]) -> None:
    run = next(_runs)
    whole, parts = f"whole-{run}", f"parts-{run}"
    correlator = Correlator(store, DEFINITIONS)
    put(store, *(one.having(tenant=whole) for one in spans))
    correlator.catch_up()
    for number, commit in enumerate(commits):
        # A copy that comes again is stored again: later.
        put(store, *(one.having(tenant=parts, stored_at=STORED + timedelta(seconds=number)) for one in commit))
        correlator.catch_up()
    once = states(store, whole, "transactions FINAL")
    same(states(store, parts, "transactions FINAL"), once)
    judged = verdicts(store, whole, "verdicts FINAL")
    assert [(row["Process"], row["RootId"]) for row in judged] == [(row["Process"], row["RootId"]) for row in once]
    still_open = [row for row in judged if row["Status"] == "open"]
    same(verdicts(store, parts, "verdicts FINAL"), judged)
    same(verdicts(store, whole, "open_verdicts FINAL"), still_open)
    same(verdicts(store, parts, "open_verdicts FINAL"), still_open)
    assert orphans(store, parts) == orphans(store, whole)
    for known in ("then", "now"):
        reading = Reading(store, DEFINITIONS, parts, as_of=STORED + timedelta(days=1), known=known)
        same(states(store, parts, "all_states"), once)
        assert moments_apart(reading.orphans()) == orphans(store, whole)


@pytest.fixture(scope="module")
def shared_store(engine_directory: Any) -> Any:
    """One database for every example: tenants keep them apart, which is a property of its own."""
    with Store.open(f"chdb://{engine_directory}?database=arrival") as store:
        store.migrate()
        yield store
        store.command("DROP DATABASE arrival SYNC")


def hold_for_examples(store: Store, examples: settings) -> None:
    """The property for many examples, then for all of them at once: what is dropped and rebuilt comes out the same."""

    @examples
    @given(delivery=deliveries())
    def arrival_does_not_matter(delivery: tuple[list[SpanRow], list[list[SpanRow]]]) -> None:
        check(store, *delivery)

    arrival_does_not_matter()
    kept = everything(store)
    for table in KEPT:
        store.command(f"TRUNCATE TABLE {table}")
    Correlator(store, DEFINITIONS).rebuild()
    assert everything(store) == kept


def everything(store: Store) -> list[list[dict[str, Any]]]:
    """All three tables with every tenant."""
    return [
        store.rows(f"SELECT {columns} FROM {table} FINAL ORDER BY Tenant, Process, RootId")
        for table, columns in KEPT.items()
    ]


def test_arrival_does_not_change_the_state(shared_store: Store) -> None:
    # Shrinking would take minutes where an example takes seconds: the long run shrinks.
    phases = [Phase.explicit, Phase.generate]
    hold_for_examples(
        shared_store,
        settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), phases=phases),
    )


@pytest.mark.long
def test_arrival_does_not_change_the_state_in_many_cases(shared_store: Store) -> None:
    hold_for_examples(shared_store, settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck)))


def test_a_rebuild_gives_what_was_kept(store: Store) -> None:
    correlator = Correlator(store, DEFINITIONS)
    put(
        store,
        SpanRow("g", "invoice.generated", 0, (("invoice", "I1"), ("account", "A1")), amount=("10", "EUR")),
        SpanRow("p", "payment.received", 9, (("payment", "P1"), ("invoice", "I1")), amount=("4", "EUR")),
        SpanRow("q", "payment.received", 12, (("payment", "P1"),), amount=("1", "EUR")),
        SpanRow("t", "time_entry.submitted", 3, (("time_entry", "T1"),)),
    )
    correlator.catch_up()
    kept = everything(store)
    assert [len(rows) for rows in kept] == [2, 2, 2]
    for table in KEPT:
        store.command(f"TRUNCATE TABLE {table}")
    correlator.rebuild()
    assert everything(store) == kept
