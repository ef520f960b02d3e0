"""Control totals beside what spans show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from spanledger_correlator import totals
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import load_definitions
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.flows import Flows
from spanledger_correlator.reading import Reading
from spanledger_correlator.totals import Coverage
from spanledger_correlator.totals_file import read_totals
from spanledger_store import Store

from .span_rows import SpanRow, put

DAY = 24 * 60.0
APRIL = datetime(2026, 4, 2, tzinfo=UTC)
HEADER = "system,step,entity_type,period,legal_entity,count,amount,currency,owner\n"
PACK = load_definitions([], pack=("invoice-to-cash",))


@pytest.fixture(scope="module")
def books(engine_directory: Path) -> Iterator[Store]:
    """Three invoices: two of March in euros, one in April in dollars; and one that was only generated, by another system."""

    def posted(number: int, day: float, amount: tuple[str, str], legal_entity: str) -> SpanRow:
        at = datetime(2026, 5, 1, tzinfo=UTC)
        entity = (("invoice", f"INV-{number}"),)
        return SpanRow(
            f"{number}", "invoice.posted", day * DAY, entity, amount=amount, legal_entity=legal_entity, stored_at=at
        )

    with Store.open(f"chdb://{engine_directory}?database=test_totals") as store:
        store.migrate()
        put(
            store,
            posted(1, 0, ("100.00", "EUR"), "DE01"),
            posted(2, 1, ("50.25", "EUR"), "DE02"),
            posted(3, 40, ("70.00", "USD"), "DE01"),
            SpanRow("g", "invoice.generated", DAY, (("invoice", "INV-4"),), system="billing"),
            SpanRow("g3", "invoice.generated", 2 * DAY, (("invoice", "INV-3"),), system="billing"),
        )
        Correlator(store, PACK).catch_up()
        yield store
        store.command("DROP DATABASE test_totals SYNC")


def covered(
    store: Store, *lines: str, now: datetime = datetime(2026, 6, 1, tzinfo=UTC), **asked: object
) -> list[Coverage]:
    store.command("TRUNCATE TABLE control_totals")
    for number, line in enumerate(lines):
        found = read_totals(HEADER + line + "\n", "t.csv", "default")
        totals.load(store, "default", found, "jane", APRIL.replace(hour=number))
    return Reading(store, PACK, "default", now=now, **asked).flows.coverage()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "seen", "missing", "unknown"),
    [
        ("netsuite,invoice.posted,,2026-03,,3,,,", 2, 1, 0),
        ("netsuite,invoice.posted,,2026-03,DE01,1,,,", 1, 0, 0),
        (",invoice.posted,,2026-04,,0,,,", 1, 0, 1),
        ("other,invoice.posted,,2026-03,,1,,,", 0, 1, 0),
        ("netsuite,invoice.posted,,2026-W10,,2,,,", 2, 0, 0),
        ("netsuite,invoice.posted,,2026-03-03,,1,,,", 1, 0, 0),
        (",,invoice,2026-03,,4,,,", 4, 0, 0),
        ("netsuite,,invoice,2026-04,,1,,,", 1, 0, 0),
    ],
)
def test_seen_missing_and_unknown(books: Store, line: str, seen: int, missing: int, unknown: int) -> None:
    (found,) = covered(books, line)
    assert (found.seen, found.missing, found.unknown) == (seen, missing, unknown)
    assert found.state == ("gap" if missing or unknown else "covered")


def test_money_is_compared_in_its_currency(books: Store) -> None:
    (found,) = covered(books, "netsuite,invoice.posted,,2026-03,,2,200.00,EUR,finance")
    assert (found.amount_seen, found.amount_missing, found.coverage) == (
        Decimal("150.25"),
        Decimal("49.75"),
        Decimal(1),
    )
    (gap,) = [one for one in flows(books).exceptions() if one.kind == "reconciliation_gap"]
    assert (gap.owner, gap.amounts, gap.since) == ("finance", {"EUR": Decimal("49.75")}, APRIL)
    assert gap.subject == "total netsuite invoice.posted 2026-03 EUR"


def flows(store: Store) -> Flows:
    return Reading(store, PACK, "default", now=datetime(2026, 6, 1, tzinfo=UTC)).flows


def test_the_newest_counts_and_as_of_a_moment_the_newest_of_then(books: Store) -> None:
    lines = ("netsuite,invoice.posted,,2026-03,,9,,,", "netsuite,invoice.posted,,2026-03,,2,,,")
    (found,) = covered(books, *lines)
    assert (found.loaded.total.count, found.loaded.by) == (2, "jane")
    then = Reading(books, PACK, "default", as_of=APRIL).flows.coverage()
    assert [one.loaded.total.count for one in then] == [9]
    now = Reading(books, PACK, "default", as_of=APRIL, known="now").flows.coverage()
    assert [(one.loaded.total.count, one.seen) for one in now] == [(2, 2)]


def test_a_period_that_is_not_over_is_open(books: Store) -> None:
    (found,) = covered(books, "netsuite,invoice.posted,,2026-06,,5,,,")
    assert (found.state, found.missing) == ("open", 5)


def test_totals_are_a_tenants_own(books: Store) -> None:
    covered(books, "netsuite,invoice.posted,,2026-03,,3,,,")
    assert Reading(books, Definitions([]), "else", now=APRIL).flows.coverage() == []
