"""Which transactions lie upstream and downstream, on a firm stated as namings alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from spanledger_api import journey_walk
from spanledger_api.journey_walk import Entity, Hop, Key, Walk
from spanledger_correlator.definition.model import Definitions

Namings = Mapping[Key, list[Entity]]

DEAL: Key = ("opportunity-to-project", "OPP-1")
PROJECT: Entity = ("project", "P-1")
ACCOUNT: Entity = ("account", "A-1")


def entry(number: int) -> Key:
    """A time entry's transaction."""
    return ("time-to-bill", f"TE-{number}")


def invoice(number: int) -> Key:
    """An invoice's transaction."""
    return ("invoice-to-cash", f"INV-{number}")


FIRM: Namings = {
    DEAL: [PROJECT, ACCOUNT],
    # Two entries on the first invoice, one on the second, one on none.
    entry(1): [PROJECT, ACCOUNT, ("invoice", "INV-1")],
    entry(2): [PROJECT, ACCOUNT, ("invoice", "INV-1")],
    entry(3): [PROJECT, ACCOUNT, ("invoice", "INV-2")],
    entry(4): [PROJECT, ACCOUNT],
    invoice(1): [PROJECT, ACCOUNT, ("payment", "PAY-1")],
    invoice(2): [PROJECT, ACCOUNT, ("payment", "PAY-1")],
    # The same client's other deal.
    ("opportunity-to-project", "OPP-2"): [("project", "P-2"), ACCOUNT],
    entry(9): [("project", "P-2"), ACCOUNT, ("invoice", "INV-9")],
    invoice(9): [("project", "P-2"), ACCOUNT],
}
ROOTS = {"opportunity-to-project": "opportunity", "time-to-bill": "time_entry", "invoice-to-cash": "invoice"}


def walk(definitions: Definitions, firm: Namings = FIRM) -> Walk:
    """A walk over a firm."""

    def touching(entity: Entity) -> list[Key]:
        return [key for key, named in firm.items() if entity in named or entity == (ROOTS[key[0]], key[1])]

    def related(keys: Iterable[Key]) -> Mapping[Key, list[Entity]]:
        return {key: firm[key] for key in keys}

    return Walk({one.process: one for one in definitions}, touching, related)


def sides(hops: list[Hop]) -> dict[str, set[Key]]:
    """The keys by direction."""
    found: dict[str, set[Key]] = {"upstream": set(), "here": set(), "downstream": set()}
    for hop in hops:
        found[hop.direction].add(hop.key)
    return found


@pytest.mark.parametrize(
    ("start", "upstream", "here", "downstream"),
    [
        # An invoice: its own hours and the deal behind them; not the project's other hours and invoices, and not
        # the invoice that the same payment settles.
        (("invoice", "INV-1"), {DEAL, entry(1), entry(2)}, {invoice(1)}, set[Key]()),
        # An hour: up to the deal, down to the invoice that charges for it.
        (("time_entry", "TE-3"), {DEAL}, {entry(3)}, {invoice(2)}),
        (("time_entry", "TE-4"), {DEAL}, {entry(4)}, set[Key]()),
        # A deal: everything that came of it, nothing of the client's other deal.
        (("opportunity", "OPP-1"), set[Key](), {DEAL}, {*map(entry, (1, 2, 3, 4)), invoice(1), invoice(2)}),
        # A project is no root: the deal made it, the rest refers to it.
        (PROJECT, {DEAL}, set[Key](), {*map(entry, (1, 2, 3, 4)), invoice(1), invoice(2)}),
        # A payment: what it settles, and what led there.
        (("payment", "PAY-1"), {DEAL, *map(entry, (1, 2, 3)), invoice(1), invoice(2)}, set[Key](), set[Key]()),
        # A client is only ever referred to.
        (ACCOUNT, set[Key](), set[Key](), set(FIRM)),
        (("invoice", "INV-0"), set[Key](), set[Key](), set[Key]()),
    ],
)
def test_a_walk_keeps_its_direction(
    definitions: Definitions, start: Entity, upstream: set[Key], here: set[Key], downstream: set[Key]
) -> None:
    assert sides(walk(definitions).run(start)) == {"upstream": upstream, "here": here, "downstream": downstream}


def test_each_hop_says_how_it_was_reached(definitions: Definitions) -> None:
    hops = {hop.key: hop for hop in walk(definitions).run(("time_entry", "TE-3"))}
    assert hops[entry(3)] == Hop(entry(3), "here", 0, ("time_entry", "TE-3"), None)
    assert hops[DEAL] == Hop(DEAL, "upstream", 1, PROJECT, entry(3))
    assert hops[invoice(2)] == Hop(invoice(2), "downstream", 1, ("invoice", "INV-2"), entry(3))


def test_a_long_way_is_cut_short_and_says_so(definitions: Definitions, monkeypatch: pytest.MonkeyPatch) -> None:
    complete = walk(definitions)
    complete.run(PROJECT)
    assert not complete.cut_short
    monkeypatch.setattr(journey_walk, "MOST_TRANSACTIONS", 3)
    short = walk(definitions)
    assert len(short.run(PROJECT)) == 3
    assert short.cut_short
    monkeypatch.setattr(journey_walk, "MOST_TRANSACTIONS", 500)
    monkeypatch.setattr(journey_walk, "MOST_LOOKUPS", 1)
    few = walk(definitions)
    few.run(PROJECT)
    assert few.cut_short


def test_processes_that_are_not_declared_are_passed_over(definitions: Definitions) -> None:
    firm = {**FIRM, ("retired-process", "X"): [("invoice", "INV-1")]}
    found = Walk(
        {one.process: one for one in definitions},
        lambda entity: [key for key, named in firm.items() if entity in named],
        lambda keys: {key: [] for key in keys},
    ).run(("invoice", "INV-1"))
    assert {hop.key for hop in found} == {entry(1), entry(2)}
