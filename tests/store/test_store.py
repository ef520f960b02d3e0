"""The store over the embedded engine: exact values, a handle a thread, a clean end."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanledger_store import SettingInvalid, Store, StoreUnavailable
from tests.store.owning import run
from tests.store.threads import in_thread

DECIMALS = st.integers(-(10**38) + 1, 10**38 - 1).map(lambda digits: Decimal(f"{digits}E-9"))
# What DateTime64(9) holds: 1900-01-01 (later than the type's own 1677) to 2262-04-11, in nanoseconds of unix time.
INSTANTS = st.integers(-2_208_988_800_000_000_000, 9_223_372_036_854_775_807)
in_one_table = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def values(empty_store: Store) -> Store:
    """A store with a table of numbered amounts and moments."""
    empty_store.command(
        "CREATE TABLE amounts (Number UInt32, Amount Nullable(Decimal(38, 9)), At DateTime64(9, 'UTC')) "
        "ENGINE = MergeTree ORDER BY Number"
    )
    return empty_store


@in_one_table
@given(amounts=st.lists(DECIMALS, min_size=1, max_size=5))
def test_every_decimal_survives_every_way_in(values: Store, amounts: list[Decimal]) -> None:
    values.command("TRUNCATE TABLE amounts")
    values.insert("amounts", [[number, amount] for number, amount in enumerate(amounts)], ["Number", "Amount"])
    lines = "".join(f"{number}\t{amount:f}\n" for number, amount in enumerate(amounts)).encode()
    values.raw_insert("amounts", lines, "TabSeparated", column_names=["Number", "Amount"])
    for number, amount in enumerate(amounts):
        bound = {"number": number, "amount": amount}
        values.command("INSERT INTO amounts (Number, Amount) SELECT {number:UInt32}, {amount:Decimal(38, 9)}", bound)
        found = values.query(
            "SELECT Amount, toString(Amount) FROM amounts "
            "WHERE Number = {number:UInt32} AND Amount = {amount:Decimal(38, 9)}",
            bound,
        ).result_rows
        assert [row[0] for row in found] == [amount] * 3
        assert [Decimal(row[1]) for row in found] == [amount] * 3
        assert all(isinstance(row[0], Decimal) for row in found)


def test_sums_of_money_are_exact(values: Store) -> None:
    values.insert("amounts", [[number, Decimal("0.1")] for number in range(1000)], ["Number", "Amount"])
    assert values.rows("SELECT sum(Amount) AS total FROM amounts") == [{"total": Decimal(100)}]


@in_one_table
@given(instants=st.lists(INSTANTS, min_size=1, max_size=5))
def test_every_nanosecond_survives(values: Store, instants: list[int]) -> None:
    values.command("TRUNCATE TABLE amounts")
    for number, instant in enumerate(instants):
        values.command(
            "INSERT INTO amounts (Number, At) SELECT {number:UInt32}, fromUnixTimestamp64Nano({instant:Int64}, 'UTC')",
            {"number": number, "instant": instant},
        )
    found = values.query("SELECT toUnixTimestamp64Nano(At) FROM amounts ORDER BY Number").result_rows
    assert [row[0] for row in found] == instants


@in_one_table
@given(moment=st.datetimes(datetime(1900, 1, 1), datetime(2262, 4, 11), timezones=st.sampled_from([UTC, None])))  # noqa: DTZ001 - hypothesis adds the zone
def test_every_microsecond_survives_every_way_in(values: Store, moment: datetime) -> None:
    values.command("TRUNCATE TABLE amounts")
    values.insert("amounts", [[1, moment]], ["Number", "At"])
    values.command("INSERT INTO amounts (Number, At) SELECT 2, {at:DateTime64(9, 'UTC')}", {"at": moment})
    assert values.query("SELECT At FROM amounts").result_rows == [(moment.replace(tzinfo=None),)] * 2


def test_a_day_of_1948_survives(values: Store) -> None:
    day = datetime(1948, 6, 20, 23, 59, 59, 999_999, tzinfo=UTC)
    values.insert("amounts", [[1, day]], ["Number", "At"])
    values.command("INSERT INTO amounts (Number, At) SELECT 2, {at:DateTime64(9, 'UTC')}", {"at": day})
    assert (
        values.rows("SELECT At, toString(At) AS Text FROM amounts WHERE At = {at:DateTime64(9, 'UTC')}", {"at": day})
        == [{"At": day.replace(tzinfo=None), "Text": "1948-06-20 23:59:59.999999000"}] * 2
    )


def test_the_zone_of_the_machine_changes_no_moment(tmp_path: Path) -> None:
    program = """
import os, sys, time
os.environ["TZ"] = "America/New_York"
time.tzset()
from datetime import UTC, datetime
from spanledger_store import Store
with Store.open(sys.argv[1]) as store:
    store.command("CREATE TABLE moments (Number UInt8, At DateTime64(9, 'UTC')) ENGINE = MergeTree ORDER BY Number")
    at = datetime(2026, 7, 1, 12, tzinfo=UTC)
    store.insert("moments", [[1, at], [2, at.replace(tzinfo=None)]], ["Number", "At"])
    store.command("INSERT INTO moments SELECT 3, {at:DateTime64(9, 'UTC')}", {"at": at})
    for row in store.query("SELECT Number, toUnixTimestamp64Milli(At), At FROM moments ORDER BY Number").result_rows:
        print(*row, sep="|")
"""
    stamp = int(datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp() * 1000)
    assert run(program, f"chdb://{tmp_path}").splitlines() == [
        f"{number}|{stamp}|2026-07-01 12:00:00" for number in (1, 2, 3)
    ]


def test_values_are_bound_whatever_they_hold(empty_store: Store) -> None:
    nasty = "'; DROP TABLE spans; --\\\n\t\0{x:String}"
    assert empty_store.query("SELECT {value:String}", {"value": nasty}).result_rows == [(nasty,)]
    assert empty_store.query("SELECT {values:Array(String)}", {"values": [nasty, ""]}).result_rows == [([nasty, ""],)]


def test_settings_of_one_call_stay_with_it(empty_store: Store) -> None:
    limit = "SELECT value FROM system.settings WHERE name = 'max_result_rows'"
    assert empty_store.query(limit, settings={"max_result_rows": 77}).result_rows == [("77",)]
    assert empty_store.query(limit).result_rows == [("0",)]


def test_each_thread_has_a_handle_of_its_own(empty_store: Store) -> None:
    assert empty_store.client() is empty_store.client()
    assert in_thread(empty_store.client) is not empty_store.client()


def test_temporary_tables_belong_to_their_thread(empty_store: Store) -> None:
    empty_store.command("CREATE TEMPORARY TABLE mine ENGINE = Memory AS SELECT 1 AS Number")
    exists = "EXISTS TEMPORARY TABLE mine"
    assert in_thread(lambda: empty_store.command(exists)) == 0
    assert empty_store.command(exists) == 1


def test_a_quick_question_does_not_wait_for_a_slow_one(empty_store: Store) -> None:
    slow = threading.Thread(target=lambda: empty_store.command("SELECT sleepEachRow(1) FROM numbers(3) FORMAT Null"))
    slow.start()
    assert in_thread(lambda: empty_store.command("SELECT 7")) == 7
    assert slow.is_alive()
    slow.join()


def test_a_thread_that_ends_leaves_no_handle_behind(empty_store: Store) -> None:
    gc.collect()
    before = len(empty_store._handles)
    for _ in range(10):
        in_thread(lambda: empty_store.command("SELECT 1"))
    gc.collect()
    assert len(empty_store._handles) == before


def test_closing_waits_for_a_question_under_way(engine_directory: Path, empty_store: Store) -> None:
    store = Store.open(f"chdb://{engine_directory}?database=closing")
    answers: list[Any] = []
    thread = threading.Thread(
        target=lambda: answers.append(store.command("SELECT sum(sleepEachRow(0.5)) AS slept FROM numbers(2)"))
    )
    thread.start()
    while not empty_store.command("SELECT count() FROM system.processes WHERE query LIKE '%AS sle' || 'pt FROM%'"):
        time.sleep(0.01)
    store.close()
    thread.join()
    assert answers == [0]


def test_a_closed_store_says_so_in_every_thread(engine_directory: Path) -> None:
    with Store.open(f"chdb://{engine_directory}?database=closed") as store:
        assert store.command("SELECT 1") == 1
    store.close()
    asks: list[Callable[[], Any]] = [lambda: store.command("SELECT 1"), lambda: in_thread(store.client)]
    for ask in asks:
        with pytest.raises(StoreUnavailable, match=r"^The store is closed\.") as refused:
            ask()
        assert not refused.value.retryable


def test_closing_the_last_store_frees_the_directory_for_another_one(tmp_path: Path) -> None:
    program = """
import sys
from spanledger_store import Store
for name in sys.argv[1:]:
    with Store.open(name) as store:
        store.command("CREATE TABLE kept (Number UInt32) ENGINE = MergeTree ORDER BY Number")
        print(store.command("SELECT count() FROM system.tables WHERE name = 'kept'"))
    try:
        store.command("SELECT 1")
    except Exception as error:
        print(error)
"""
    printed = run(program, f"chdb://{tmp_path}/one", f"chdb://{tmp_path}/two")
    assert printed.splitlines() == ["1", "The store is closed. Open it again."] * 2


def test_several_databases_stand_side_by_side(engine_directory: Path, empty_store: Store) -> None:
    with Store.open(f"chdb://{engine_directory}?database=beside") as beside:
        for store, number in ((empty_store, 1), (beside, 2)):
            store.command("CREATE TABLE own (Number UInt32) ENGINE = MergeTree ORDER BY Number")
            store.insert("own", [[number]], ["Number"])
        assert empty_store.rows("SELECT * FROM own") == [{"Number": 1}]
        assert in_thread(lambda: beside.rows("SELECT * FROM own")) == [{"Number": 2}]
        assert (beside.database, beside.embedded) == ("beside", True)
        beside.command("DROP DATABASE beside SYNC")
    assert empty_store.rows("SELECT * FROM own") == [{"Number": 1}]


def test_a_store_that_was_kept_is_there_again(engine_directory: Path) -> None:
    for count in (1, 2):
        with Store.open(f"chdb://{engine_directory}?database=again") as store:
            store.command("CREATE TABLE IF NOT EXISTS kept (Number UInt32) ENGINE = MergeTree ORDER BY Number")
            store.insert("kept", [[1]], ["Number"])
            assert store.command("SELECT count() FROM kept") == count


def test_a_directory_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "metadata").write_text("a file where the engine keeps a directory")
    program = """
import sys
from spanledger_store import Store, StoreUnavailable
try:
    Store.open(sys.argv[1])
except StoreUnavailable as error:
    print(error.message)
"""
    assert run(program, f"chdb://{tmp_path}").startswith(f"The embedded engine cannot use {tmp_path}: Code: 1001.")


def test_a_refused_dsn_opens_nothing(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid):
        Store.open(f"chdb://{tmp_path}/data?database=no-name")
    assert not (tmp_path / "data").exists()
