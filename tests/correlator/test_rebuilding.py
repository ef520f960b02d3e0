"""A rebuild: readers see the old until the new stands, spans come meanwhile, and it may be given up or killed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from spanledger_correlator import derivation
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.reading import Reading
from spanledger_store import Store

from .order_flow import CARE, DEFINITIONS, ORDER
from .span_rows import EPOCH
from .test_correlator import _until as until
from .test_correlator import assert_complete, commit, kept


def answers(store: Store) -> list[Any]:
    """A journey's look-up, the evidence of a transaction, and every state."""
    reading = Reading(store, DEFINITIONS, "default", now=EPOCH)
    return [
        reading.transactions_touching("account", "A1"),
        reading.transactions_touching("delivery", "D1"),
        reading.attachments("order-flow", "O1"),
        kept(store),
    ]


def test_readers_see_the_old_answers_and_new_spans_until_the_new_ones_stand(store: Store) -> None:
    correlator = Correlator(store, DEFINITIONS)
    commit(store, 0)
    correlator.catch_up()
    before = answers(store)
    seen: list[float] = []

    def meanwhile(done: float) -> None:
        if not seen:
            assert answers(store) == before
            commit(store, 1)
            assert correlator.catch_up() == 4
            assert kept(store) != before[-1]
        if done < 1:
            assert answers(store) != before
        seen.append(done)

    correlator.rebuild(meanwhile)
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert_complete(store)
    commit(store, 2)
    assert correlator.catch_up() == 3
    assert_complete(store)


def test_a_rebuild_that_is_given_up_leaves_the_old_standing(store: Store) -> None:
    correlator = Correlator(store, DEFINITIONS)
    commit(store, 0)
    correlator.catch_up()
    before = answers(store)

    def enough(done: float) -> None:
        if done > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        correlator.rebuild(enough)
    assert answers(store) == before
    commit(store, 1)
    correlator.catch_up()
    correlator.rebuild()
    assert_complete(store)


def test_what_other_statements_derived_is_derived_anew_at_a_start(store: Store) -> None:
    commit(store, 0)
    first = Correlator(store, DEFINITIONS)
    first.rebuild()
    stood = derivation.standing(store)
    assert stood is not None
    derivation.stand(store, replace(stood, fingerprint="of an earlier version"))
    store.command("ALTER TABLE transactions DELETE WHERE 1 SETTINGS mutations_sync = 1")
    second = Correlator(store, DEFINITIONS)
    second.start()
    try:
        until(lambda: derivation.standing(store) == stood)
        until(lambda: bool(kept(store)))
    finally:
        second.stop()
    assert_complete(store)


def test_a_start_on_what_stands_rebuilds_nothing(store: Store) -> None:
    correlator = Correlator(store, DEFINITIONS)
    correlator.start()
    correlator.stop()
    commit(store, 0)
    again = Correlator(store, DEFINITIONS)
    again.start()
    until(lambda: bool(kept(store)))
    again.stop()
    assert store.command("SELECT count() FROM derivations") == 1
    assert store.command("SELECT count() FROM takeovers") == 0


def test_a_definition_that_was_edited_in_place_rules_once_all_is_derived_by_it(store: Store) -> None:
    commit(store, 0)
    Correlator(store, DEFINITIONS).rebuild()
    edited = parse_definition(ORDER.text.replace("impact: client", "impact: revenue"))
    correlator = Correlator(store, Definitions([edited, CARE]))
    correlator.start()
    try:
        until(lambda: {row["Impact"] for row in kept(store)} == {"revenue"})
    finally:
        correlator.stop()
    assert_complete(store, Definitions([edited, CARE]))


def test_which_definitions_were_known_when(store: Store) -> None:
    first, second = Definitions([ORDER]), Definitions([ORDER, CARE])
    assert derivation.known_at(store, EPOCH) is None
    derivation.remember(store, first, "2026-01-01 00:00:00.000000000")
    derivation.remember(store, first, "2026-02-01 00:00:00.000000000")
    derivation.remember(store, second, "2026-03-01 00:00:00.000000000")

    def known(year: int, month: int) -> list[str]:
        found = derivation.known_at(store, datetime(year, month, 15, tzinfo=UTC))
        return [] if found is None else [definition.process for definition in found]

    assert (known(2025, 1), known(2026, 2), known(2026, 3)) == (
        ["order-flow"],
        ["order-flow"],
        ["delivery-care", "order-flow"],
    )
