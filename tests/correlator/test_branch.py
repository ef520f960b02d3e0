"""A branch: what it starts with, that the store does not notice it, and that a take-over is all or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from spanledger_correlator import branch
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.derivation import DERIVED, RULES
from spanledger_store import Store

from .order_flow import DEFINITIONS
from .span_rows import SpanRow, put

O1 = ("order", "O1")


def count(store: Store, table: str) -> int:
    return int(store.command(f"SELECT count() FROM {table}"))


def databases(store: Store) -> list[str]:
    rows = store.query(
        "SELECT name FROM system.databases WHERE startsWith(name, {own:String})", {"own": store.database}
    )
    return [row[0] for row in rows.result_rows]


def test_a_branch_starts_without_what_is_derived_and_sees_the_rest(store: Store) -> None:
    put(store, SpanRow("a", "order.placed", 0, (O1,)))
    Correlator(store, DEFINITIONS).catch_up()
    with branch.branched(store, "rebuild") as beside:
        assert [count(beside, table) for table in ("facts", "transactions")] == [0, 0]
        assert [count(beside, table) for table in ("spans", "commits", "process_rules")] == [1, 1, 2]
        put(store, SpanRow("b", "order.placed", 0, (O1,)))
        assert count(beside, "spans") == 2
    assert databases(store) == [store.database]


def test_everything_that_a_correlator_writes_is_a_branchs_own(store: Store) -> None:
    put(store, SpanRow("a", "order.placed", 0, (O1,)), SpanRow("h", "parcel.handed", 5, (("parcel", "P"),), trace="a"))
    with branch.branched(store, "rebuild") as beside:
        Correlator(beside, DEFINITIONS).derive(lambda _: None)
        assert count(beside, "transactions") == 1
    assert {count(store, table) for table in (*DERIVED, *RULES)} == {0}


def test_a_take_over_exchanges_all_tables(store: Store) -> None:
    put(store, SpanRow("a", "order.placed", 0, (O1,)))
    with branch.branched(store, "rebuild") as beside:
        Correlator(beside, DEFINITIONS).derive(lambda _: None)
        branch.take_over(store, beside)
    assert [count(store, table) for table in ("transactions", "correlated_batches", "process_rules")] == [1, 1, 2]
    assert databases(store) == [store.database]


class KilledError(Exception):
    """The process ends here."""


@pytest.mark.parametrize("exchanges", [0, 7])
def test_a_take_over_that_was_killed_is_finished_by_the_next_start(
    store: Store, monkeypatch: pytest.MonkeyPatch, exchanges: int
) -> None:
    put(store, SpanRow("a", "order.placed", 0, (O1,)))
    beside = store.sibling(branch.branch_database(store, "rebuild"))
    branch.grow(store, beside, DERIVED)
    Correlator(beside, DEFINITIONS).derive(lambda _: None)
    run, left = Store.command, iter(range(exchanges))

    def dying(self: Store, sql: str, *arguments: Any, **more: Any) -> Any:
        if sql.startswith("EXCHANGE") and next(left, None) is None:
            raise KilledError
        return run(self, sql, *arguments, **more)

    with monkeypatch.context() as patched:
        patched.setattr(Store, "command", dying)
        with pytest.raises(KilledError):
            branch.take_over(store, beside)
    beside.close()
    branch.recover(store)
    assert [count(store, table) for table in ("transactions", "facts", "correlated_batches")] == [1, 1, 1]
    assert databases(store) == [store.database]
    branch.recover(store)
    assert count(store, "transactions") == 1
