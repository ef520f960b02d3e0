"""Taking in: whenever it is killed, repeated, disturbed or started anew, the states end as the spans have it."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.evaluation import STATE_COLUMNS
from spanledger_correlator.reading import Reading
from spanledger_correlator.workspace import Workspace
from spanledger_store import Store

from .order_flow import CARE, DEFINITIONS, ORDER
from .span_rows import STORED, SpanRow, put
from .telling import differences

O1, O2, D1, A1 = ("order", "O1"), ("order", "O2"), ("delivery", "D1"), ("account", "A1")


class KilledError(Exception):
    """The process ends here."""


def commits() -> list[list[SpanRow]]:
    """Commits of which each changes what the one before it came to."""
    return [
        [
            SpanRow("a", "order.placed", 0, (O1, A1), trace="t", amount=("10", "EUR")),
            SpanRow("h", "parcel.handed", 5, (D1,), trace="t", parent="a", process="order-flow"),
            SpanRow("b", "order.placed", 1, (("order", "B"),)),
            SpanRow("n", "", 1, (A1,), attributes=(("account", "name", "One"),)),
        ],
        [
            SpanRow("l", "", 6, (D1, O2)),
            SpanRow("m", "", 7, (O1,), aliases=(("order", "B"),)),
            SpanRow("n2", "", 2, (A1,), attributes=(("account", "name", "Two"),)),
            SpanRow("a", "order.placed", 0, (O1, O2, A1), trace="t", amount=("10", "EUR"), duration_ns=1_000),
        ],
        [
            SpanRow("l", "", 6, (O2,), duration_ns=1_000),
            SpanRow("m", "", 7, (O1,), duration_ns=1_000),
            SpanRow("n3", "", 3, (A1,), attributes=(("account", "name", "One"),)),
        ],
    ]


def commit(store: Store, number: int, tenant: str = "default") -> None:
    stored = STORED + timedelta(minutes=number)
    put(store, *(span.having(tenant=tenant, stored_at=stored) for span in commits()[number]))


def kept(store: Store) -> list[dict[str, Any]]:
    return store.rows(f"SELECT {STATE_COLUMNS} FROM transactions FINAL ORDER BY Tenant, Process, RootId")


def unattached(store: Store) -> list[dict[str, Any]]:
    return store.rows("SELECT Tenant, TraceId, SpanId, Reason FROM unattached FINAL ORDER BY Tenant, TraceId, SpanId")


def assert_complete(store: Store, definitions: Definitions = DEFINITIONS) -> None:
    """What is kept is what an evaluation of everything finds."""
    Reading(store, definitions, "", as_of=datetime(2099, 1, 1, tzinfo=UTC))
    complete = store.rows(f"SELECT {STATE_COLUMNS} FROM all_states ORDER BY Tenant, Process, RootId")
    assert differences(kept(store), complete) == []
    assert unattached(store) == store.rows(
        "SELECT Tenant, TraceId, SpanId, Reason FROM all_unattached WHERE Reason != '' ORDER BY Tenant, TraceId, SpanId"
    )


def killed_at(monkeypatch: pytest.MonkeyPatch, store: Store, statements: int) -> None:
    """A tick whose process dies before the statement of this number, and a machine that starts again."""
    run, left = Workspace.run, iter(range(statements))

    def dying(self: Workspace, *arguments: Any, **tables: Any) -> None:
        if next(left, None) is None:
            raise KilledError
        run(self, *arguments, **tables)

    with monkeypatch.context() as patched:
        patched.setattr(Workspace, "run", dying)
        with pytest.raises(KilledError):
            Correlator(store, DEFINITIONS).tick()


def test_a_tick_knows_the_aliases_that_another_thread_has_found(store: Store) -> None:
    correlator = Correlator(store, DEFINITIONS)
    commit(store, 0)
    correlator.catch_up()
    commit(store, 1)
    other = threading.Thread(target=correlator.catch_up)
    other.start()
    other.join()
    put(store, SpanRow("x", "parcel.handed", 8, (("order", "B"),), stored_at=STORED + timedelta(minutes=2)))
    correlator.catch_up()
    assert_complete(store)


def test_a_killed_tick_leaves_nothing_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    deaths = [9, 14, 40, 60]
    for statements in deaths:
        commit(store, 0, tenant=f"at-{statements}")
    Correlator(store, DEFINITIONS).catch_up()
    for statements in deaths:
        commit(store, 1, tenant=f"at-{statements}")
        killed_at(monkeypatch, store, statements)
        commit(store, 2, tenant=f"at-{statements}")
        Correlator(store, DEFINITIONS).catch_up()
    assert_complete(store)


def test_a_tick_killed_before_it_marks_leaves_nothing_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(store, 0)
    correlator = Correlator(store, DEFINITIONS)
    correlator.catch_up()
    commit(store, 1)
    with monkeypatch.context() as patched:
        patched.setattr(correlator._inbox, "mark", lambda _: (_ for _ in ()).throw(KilledError))
        with pytest.raises(KilledError):
            correlator.tick()
    commit(store, 2)
    correlator.catch_up()
    assert_complete(store)


def test_small_ticks_come_to_the_same(store: Store) -> None:
    for number in range(3):
        commit(store, number)
    assert Correlator(store, DEFINITIONS, max_spans=1).catch_up() == 11
    assert_complete(store)


def test_there_is_nothing_to_do_twice(store: Store) -> None:
    commit(store, 0)
    correlator = Correlator(store, DEFINITIONS)
    assert (correlator.tick(), correlator.tick()) == (4, 0)
    assert Correlator(store, DEFINITIONS).tick() == 0


def test_a_clock_that_is_set_back_keeps_nothing_old(store: Store) -> None:
    times = iter(range(2_000_000_000_000_000_000, 0, -1_000_000_000_000))
    for number in range(3):
        commit(store, number)
        Correlator(store, DEFINITIONS, clock=lambda: next(times)).catch_up()
    assert_complete(store)


def test_a_commit_whose_spans_are_not_there_yet_waits_alone(store: Store) -> None:
    store.insert("commits", [[uuid.uuid4(), datetime.now(UTC), 7]], ["Batch", "StoredAt", "Spans"])
    correlator = Correlator(store, DEFINITIONS, max_spans=1)
    assert correlator.tick() == 0
    correlator.rebuild()
    now = datetime.now(UTC)
    put(store, *(span.having(stored_at=now) for span in commits()[0]))
    assert correlator.catch_up() == 4
    assert_complete(store)


def test_an_empty_store_can_be_rebuilt(store: Store) -> None:
    Correlator(store, DEFINITIONS).rebuild()
    assert kept(store) == []


def test_a_rebuild_and_ticks_at_once_lose_nothing(store: Store) -> None:
    correlator = Correlator(store, DEFINITIONS)
    commit(store, 0)
    correlator.catch_up()
    rebuilding = threading.Thread(target=correlator.rebuild)
    rebuilding.start()
    for number in (1, 2):
        commit(store, number)
        correlator.catch_up()
    rebuilding.join()
    correlator.catch_up()
    assert_complete(store)


def test_other_definitions_read_the_old_spans_anew(store: Store) -> None:
    only = Definitions([CARE])
    for number in range(3):
        commit(store, number)
    put(store, SpanRow("d", "delivery.packed", 0, (D1,), stored_at=STORED + timedelta(minutes=3)))
    Correlator(store, only).catch_up()
    assert {row["Process"] for row in kept(store)} == {"delivery-care"}
    Correlator(store, DEFINITIONS).rebuild()
    assert {row["Process"] for row in kept(store)} == {"delivery-care", "order-flow"}
    assert_complete(store)
    Correlator(store, only).rebuild()
    assert {row["Process"] for row in kept(store)} == {"delivery-care"}


def test_a_version_judges_from_the_moment_it_takes_effect(store: Store) -> None:
    effect = datetime(2030, 1, 1, tzinfo=UTC)
    second = parse_definition(
        ORDER.text.replace("version: 1", "version: 2")
        .replace("2020-01-01", "2030-01-01")
        .replace("impact: client", "impact: revenue")
    )
    now = [effect - timedelta(days=1)]
    definitions = Definitions([ORDER, CARE, second])
    correlator = Correlator(store, definitions, clock=lambda: int(now[0].timestamp()) * 1_000_000_000)
    commit(store, 0)
    correlator.start()
    try:
        _until(lambda: {row["RuleVersion"] for row in kept(store)} == {1})
        now[0] = effect + timedelta(days=1)
        _until(lambda: {(row["RuleVersion"], row["Impact"]) for row in kept(store)} == {(2, "revenue")})
    finally:
        correlator.stop()


def _until(holds: Any) -> None:
    waiting = threading.Event()
    for _ in range(150):
        if holds():
            return
        waiting.wait(0.1)
    assert holds()
