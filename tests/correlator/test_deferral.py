"""What would hold the others up is put aside and judged beside the ticks: later, and no other way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from spanledger_correlator import deferral
from spanledger_correlator.correlator import Correlator
from spanledger_store import Store

from .order_flow import DEFINITIONS
from .span_rows import STORED, SpanRow, put
from .test_correlator import assert_complete, kept
from .test_scope import hold_to_everything


@pytest.fixture
def shared(engine_directory: Path) -> Iterator[Store]:
    with Store.open(f"chdb://{engine_directory}?database=test_deferral") as store:
        store.migrate()
        yield store
        store.command("DROP DATABASE test_deferral SYNC")


@pytest.mark.parametrize("take_in", [Correlator.catch_up, Correlator.tick], ids=["at once", "at the end"])
@pytest.mark.parametrize(("heavy", "most"), [(1, 1_000_000), (1_000_000, 0), (2, 0)], ids=["heavy", "crowds", "both"])
def test_whatever_is_put_aside_comes_to_the_same(
    shared: Store, monkeypatch: pytest.MonkeyPatch, heavy: int, most: int, take_in: Callable[[Correlator], int]
) -> None:
    monkeypatch.setattr(deferral, "HEAVY", heavy)
    monkeypatch.setattr(deferral, "MANY", 1)
    monkeypatch.setattr(deferral, "_ROOTS_ANYHOW", most)
    monkeypatch.setattr(deferral, "_ROOTS_PER_SPAN", 0)
    hold_to_everything(shared, seed=11, firms=12, commits=3, take_in=take_in)
    assert shared.command("SELECT count() FROM deferred_roots") > 3
    assert shared.command("SELECT count() FROM deferred_roots FINAL") == 0


def order(number: int, *, delivery: str = "", minute: int = 0) -> SpanRow:
    entities = (("order", f"O{number}"), *([("delivery", delivery)] if delivery else []))
    return SpanRow(f"s{number}-{minute}", "order.placed", minute, entities, trace=f"t{number}-{minute}")


def test_a_delivery_of_very_many_orders_does_not_keep_the_other_orders_waiting(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deferral, "MANY", 20)
    monkeypatch.setattr(deferral, "_ROOTS_ANYHOW", 50)
    correlator = Correlator(store, DEFINITIONS)
    crowd = [order(number, delivery="WIDE") for number in range(60)]
    put(store, *(span.having(stored_at=STORED) for span in crowd))
    correlator.tick()
    alone = SpanRow("packed", "delivery.packed", 5, (("delivery", "WIDE"),), trace="t-packed")
    later = STORED + timedelta(seconds=1)
    put(store, alone.having(stored_at=later), order(1_000, minute=6).having(stored_at=later))
    correlator.tick()
    assert store.command("SELECT count() FROM deferred_roots FINAL") == 59
    assert store.command("SELECT count() FROM transactions FINAL WHERE RootId = 'O1000'") == 1
    assert store.command("SELECT count() FROM unattached FINAL") == 0
    correlator.catch_up()
    assert_complete(store)


def test_what_is_put_aside_survives_a_restart(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deferral, "HEAVY", 3)
    spans = [order(1, minute=minute) for minute in range(5)]
    put(store, *(span.having(stored_at=STORED) for span in spans[:4]))
    Correlator(store, DEFINITIONS).tick()
    before = kept(store)
    put(store, spans[4].having(stored_at=STORED + timedelta(seconds=1)))
    Correlator(store, DEFINITIONS).tick()
    assert kept(store) == before
    restarted = Correlator(store, DEFINITIONS)
    restarted.start()
    try:
        for _ in range(600):
            if kept(store) != before:
                break
            threading.Event().wait(0.1)
    finally:
        restarted.stop()
    assert_complete(store)
    assert kept(store) != before


def test_ticks_and_what_was_put_aside_do_not_disturb_each_other(shared: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spans of a heavy order come while it is being judged: the newest state counts at the end."""
    monkeypatch.setattr(deferral, "HEAVY", 2)
    correlator = Correlator(shared, DEFINITIONS)
    done = threading.Event()

    def beside() -> None:
        while not done.is_set():
            correlator.work_off()

    thread = threading.Thread(target=beside)
    thread.start()
    try:
        for minute in range(8):
            stored = STORED + timedelta(seconds=minute)
            put(shared, *(order(number, minute=minute).having(stored_at=stored) for number in range(5)))
            correlator.tick()
    finally:
        done.set()
        thread.join()
    correlator.catch_up()
    assert_complete(shared)
