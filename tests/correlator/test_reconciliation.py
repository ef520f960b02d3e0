"""Reconciliation, held to sums over plain lists in Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import load_definitions, parse_reconciliation
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.definition.reconciliation_model import Reconciliation
from spanledger_correlator.reading import Reading
from spanledger_correlator.reconciliation import Balance
from spanledger_store import Store

from .span_rows import EPOCH, STORED, SpanRow, put

HOURS = "sum(time_entry.approved.quantity) == sum(time_entry.posted.quantity) by project, month"
LATER = datetime(2026, 6, 1, tzinfo=UTC)
DAY = 24 * 60.0
PACK = load_definitions([], pack=("invoice-to-cash", "time-to-bill"))
numbers = iter(range(1_000_000))


def rule(text: str, more: str = "") -> Reconciliation:
    return parse_reconciliation(f"reconciliation: check\nrule: {text}\nowner: finance\n{more}")


@pytest.fixture(scope="module")
def spans(engine_directory: Path) -> Iterator[Store]:
    with Store.open(f"chdb://{engine_directory}?database=test_reconciliation") as store:
        store.migrate()
        yield store
        store.command("DROP DATABASE test_reconciliation SYNC")


def tell(store: Store, *rows: SpanRow) -> str:
    """Store and correlate the spans for a tenant of their own."""
    tenant = f"tenant-{next(numbers)}"
    put(store, *(row.having(tenant=tenant) for row in rows))
    # The tests do not store in the order of time: everything is taken in again.
    store.command("TRUNCATE TABLE correlated_batches")
    Correlator(store, PACK).catch_up()
    return tenant


def reading(store: Store, tenant: str, *rules: Reconciliation, now: datetime = LATER, **asked: object) -> Reading:
    definitions = Definitions(PACK, PACK.calendars.values(), reconciliations=rules)
    return Reading(store, definitions, tenant, now=now, **asked)  # type: ignore[arg-type]


def hours(name: str, step: str, at: float, entry: str, quantity: str = "8", **more: object) -> SpanRow:
    entities = (("time_entry", entry), ("project", "PRJ-1"))
    return SpanRow(name, f"time_entry.{step}", at, entities, quantity=(quantity, "hours")).having(**more)


def told(balance: Balance) -> tuple[str, tuple[str, ...], str, Decimal, Decimal, str]:
    return balance.period, balance.keys, balance.unit, balance.left, balance.right, balance.state


def test_what_was_not_posted_is_a_gap_after_the_period_and_its_grace(spans: Store) -> None:
    tenant = tell(spans, hours("a1", "approved", 0, "TE-1"), hours("a2", "approved", 5, "TE-2", "4.5"),
                  hours("p1", "posted", 60, "TE-1"))  # fmt: skip
    check = rule(HOURS, "grace: 2 business days\ncalendar: de-business-days\nseverity: high\nimpact: revenue")
    (gap,) = reading(spans, tenant, check).flows.balances()
    assert told(gap) == ("2026-03", ("PRJ-1",), "hours", Decimal("12.5"), Decimal(8), "gap")
    # 31 March ends at 22:00 UTC; Wednesday and Thursday are the grace, Good Friday is not needed.
    assert gap.settled_at == datetime(2026, 4, 2, 22, tzinfo=UTC)
    (opened,) = reading(spans, tenant, check, now=datetime(2026, 4, 2, 21, 59, tzinfo=UTC)).flows.balances()
    assert opened.state == "open"
    (entity,) = reading(spans, tenant, check).flows.unmatched(check, "2026-03", ["PRJ-1"], 10)
    assert (entity.entity, entity.left, entity.right, entity.right_at) == ("TE-2", Decimal("4.5"), Decimal(0), None)
    (found,) = [one for one in reading(spans, tenant, check).flows.exceptions() if one.kind == "reconciliation_gap"]
    assert (found.subject, found.since, found.owner, found.severity) == (
        "check 2026-03 PRJ-1 hours", gap.settled_at, "finance", "high")  # fmt: skip


def test_a_late_posting_closes_the_gap(spans: Store) -> None:
    late = hours("p2", "posted", 90, "TE-2", stored_at=STORED + timedelta(days=60))
    tenant = tell(spans, hours("a2", "approved", 5, "TE-2"), late)
    (balance,) = reading(spans, tenant, rule(HOURS)).flows.balances()
    assert balance.state == "balanced"
    (then,) = reading(spans, tenant, rule(HOURS), as_of=datetime(2026, 4, 15, tzinfo=UTC)).flows.balances()
    assert (then.state, then.right) == ("gap", Decimal(0))


def test_what_was_undone_does_not_count_and_a_retry_counts_once(spans: Store) -> None:
    tenant = tell(
        spans,
        hours("a1", "approved", 0, "TE-1"),
        hours("p1", "posted", 10, "TE-1", "8", key="k1"),
        hours("p2", "posted", 12, "TE-1", "8", key="k1"),
        hours("a2", "approved", 0, "TE-2"),
        hours("p3", "posted", 10, "TE-2"),
        hours("p4", "posted", 20, "TE-2", outcome="compensated"),
    )
    (balance,) = reading(spans, tenant, rule(HOURS)).flows.balances()
    assert (balance.left, balance.right) == (Decimal(16), Decimal(8))


def test_two_postings_with_keys_of_their_own_show(spans: Store) -> None:
    tenant = tell(
        spans,
        hours("a1", "approved", 0, "TE-1"),
        hours("p1", "posted", 10, "TE-1", "8", key="k1"),
        hours("p2", "posted", 12, "TE-1", "8", key="k2"),
    )
    (balance,) = reading(spans, tenant, rule(HOURS)).flows.balances()
    assert (balance.left, balance.right, balance.state) == (Decimal(8), Decimal(16), "gap")


def test_ids_are_resolved(spans: Store) -> None:
    """The ERP knows project and entry by ids of its own."""
    known = SpanRow("link", "project.synced", -5, (("project", "PRJ-1"),), aliases=(("project", "10077"),))
    entry = SpanRow("link2", "time_entry.synced", -4, (("time_entry", "TE-1"),), aliases=(("time_entry", "551"),))
    posted = hours("p1", "posted", 60, "551", entities=(("time_entry", "551"), ("project", "10077")))
    tenant = tell(spans, known, entry, hours("a1", "approved", 0, "TE-1"), posted)
    for found in (reading(spans, tenant, rule(HOURS)), reading(spans, tenant, rule(HOURS), as_of=LATER)):
        assert [told(one)[1:] for one in found.flows.balances()] == [
            (("PRJ-1",), "hours", Decimal(8), Decimal(8), "balanced")
        ]
        assert found.flows.unmatched(rule(HOURS), "2026-03", ["PRJ-1"], 10) == []


def test_the_right_side_may_count_in_the_period_of_the_left(spans: Store) -> None:
    tenant = tell(
        spans,
        hours("a1", "approved", 20 * DAY, "TE-1", stored_at=STORED + timedelta(days=20)),
        hours("p1", "posted", 30 * DAY, "TE-1", stored_at=STORED + timedelta(days=20)),
    )
    each = reading(spans, tenant, rule(HOURS))
    assert [told(one)[::5] for one in each.flows.balances()] == [("2026-04", "gap"), ("2026-03", "gap")]
    (missed,) = each.flows.unmatched(rule(HOURS), "2026-03", ["PRJ-1"], 10)
    assert missed.right_at == EPOCH + timedelta(days=30)
    together = reading(spans, tenant, rule(HOURS, "period_of: left"))
    assert [told(one)[::5] for one in together.flows.balances()] == [("2026-03", "balanced")]


def test_money_is_compared_per_currency(spans: Store) -> None:
    def paid(name: str, step: str, amount: tuple[str, str], invoice: str) -> SpanRow:
        return SpanRow(name, step, 0, (("invoice", invoice),), amount=amount, legal_entity="DE01")

    tenant = tell(
        spans,
        paid("1", "invoice.posted", ("100.00", "EUR"), "1"),
        paid("2", "invoice.posted", ("50.00", "USD"), "2"),
        paid("3", "invoice.synced_to_crm", ("99.50", "EUR"), "1"),
    )
    text = "sum(invoice.posted.amount) == sum(invoice.synced_to_crm.amount) by legal_entity, day"
    found = reading(spans, tenant, rule(text, "tolerance: {absolute: 0.50}"))
    assert [told(one) for one in found.flows.balances()] == [
        ("2026-03-02", ("DE01",), "EUR", Decimal(100), Decimal("99.5"), "balanced"),
        ("2026-03-02", ("DE01",), "USD", Decimal(50), Decimal(0), "gap"),
    ]
    (gap,) = found.flows.exceptions()
    assert gap.amounts == {"USD": Decimal(50)}
    (strict,) = reading(spans, tenant, rule(text, "tolerance: {percent: 0.4%}")).flows.balances()[:1]
    assert strict.unit == "EUR"


def test_a_batch_says_how_many_it_holds(spans: Store) -> None:
    batch = SpanRow("b", "dataset.loaded", 0, (("dataset", "invoices"),), record_count=3)
    invoices = SpanRow("i", "invoice.posted", 5, tuple(("invoice", str(number)) for number in (1, 2)))
    tenant = tell(spans, batch, invoices)
    (balance,) = reading(
        spans, tenant, rule("sum(dataset.loaded.record_count) == count(invoice.posted) by week")
    ).flows.balances()
    assert told(balance) == ("2026-W10", (), "", Decimal(3), Decimal(2), "gap")


def test_periods_before_the_rule_and_other_tenants_are_not_its_business(spans: Store) -> None:
    tenant = tell(spans, hours("a1", "approved", 0, "TE-1"))
    assert reading(spans, tenant, rule(HOURS, "effective_from: 2026-04-01")).flows.balances() == []
    assert reading(spans, tenant, rule(HOURS, "tenant: somebody")).flows.balances() == []
    assert reading(spans, "nobody", rule(HOURS)).flows.balances() == []


events = st.tuples(
    st.sampled_from(["approved", "posted"]),
    st.lists(st.sampled_from(["TE-1", "TE-2", "TE-3"]), min_size=1, max_size=2, unique=True),
    st.integers(0, 70),
    st.sampled_from(["success", "success", "success", "compensated", "failure"]),
    st.sampled_from(["1.5", "8", "0.25"]),
    st.sampled_from(["", "", "k1", "k2"]),
    st.sampled_from(["PRJ-1", "PRJ-2", ""]),
    st.sampled_from(["hours", "days"]),
)


@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    happened=st.lists(events, max_size=14, unique_by=lambda event: (event[2], event[0])),
    period_of=st.sampled_from(["each", "left"]),
    counted=st.booleans(),
)
def test_balances_are_those_of_plain_sums(
    spans: Store, happened: list[tuple[str, list[str], int, str, str, str, str, str]], period_of: str, counted: bool
) -> None:
    rows = [
        SpanRow(
            f"e{number}",
            f"time_entry.{step}",
            day * DAY,
            (*(("time_entry", entry) for entry in entries), *((("project", project),) if project else ())),
            outcome=outcome,
            quantity=(quantity, unit),
            key=key,
            stored_at=STORED + timedelta(days=90),
        )
        for number, (step, entries, day, outcome, quantity, key, project, unit) in enumerate(happened)
    ]
    tenant = tell(spans, *rows)
    text = "count(time_entry.approved) == count(time_entry.posted) by project, month" if counted else HOURS
    check = rule(text, f"period_of: {period_of}\nzone: Asia/Tokyo")
    found = reading(spans, tenant, check, now=datetime(2027, 1, 1, tzinfo=UTC)).flows.balances()
    assert {(one.period, one.keys, one.unit): (one.left, one.right) for one in found} == plain(
        happened, period_of=period_of, counted=counted
    )


def plain(
    happened: list[tuple[str, list[str], int, str, str, str, str, str]], *, period_of: str, counted: bool
) -> dict[tuple[str, tuple[str, ...], str], tuple[Decimal, Decimal]]:
    """The same in dictionaries: what stands, told once, in its period."""
    undone: dict[tuple[str, str], int] = {}
    for step, entries, day, outcome, *_ in happened:
        for entry in entries if outcome == "compensated" else ():
            undone[step, entry] = max(day, undone.get((step, entry), -1))
    standing: dict[object, tuple[str, list[str], int, str, str, str]] = {}
    for step, entries, day, outcome, quantity, key, project, unit in sorted(happened, key=lambda event: event[2]):
        left = [entry for entry in entries if day > undone.get((step, entry), -1)]
        if outcome == "success" and left:
            standing[step, tuple(sorted(entries)), key] = (step, left, day, quantity, project, unit)
    first: dict[str, int] = {}
    for step, entries, day, *_ in standing.values():
        for entry in entries if step == "approved" else ():
            first[entry] = min(day, first.get(entry, day))
    entities: dict[tuple[str, tuple[str, ...], str], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    sums: dict[tuple[str, tuple[str, ...], str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for step, entries, day, quantity, project, unit in standing.values():
        began = [first[entry] for entry in entries if entry in first]
        counts_on = min(began) if period_of == "left" and step == "posted" and began else day
        period = (EPOCH + timedelta(days=counts_on)).astimezone(ZoneInfo("Asia/Tokyo")).strftime("%Y-%m")
        group = period, (project,), "" if counted else unit
        side = 0 if step == "approved" else 1
        entities[group][side].update(entries)
        sums[group][side] += Decimal(quantity)
    if counted:
        return {key: (Decimal(len(left)), Decimal(len(right))) for key, (left, right) in entities.items()}
    return {key: (left, right) for key, (left, right) in sums.items()}
