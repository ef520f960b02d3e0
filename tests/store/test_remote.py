"""The store over a ClickHouse server's HTTP interface: the same as over the embedded engine.

The server is a process of its own; see clickhouse_process.py for how close to ClickHouse it is.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError

from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import load_definitions
from spanledger_correlator.reading import Reading
from spanledger_server.simulate import PLAYED, FaultRates, Scope, capture, make_plan
from spanledger_server.simulate.plan.instant import instant
from spanledger_store import Store, StoreUnavailable
from spanledger_store.migrate import decoding, migrations
from tests.end_to_end.real_logs_path import collecting
from tests.end_to_end.truth_check import deliver, differences, found, moment
from tests.store.running_server import USER, RunningServer
from tests.store.threads import in_thread

START, END = instant(datetime(2026, 1, 5, tzinfo=UTC)), instant(datetime(2026, 7, 1, tzinfo=UTC))


@pytest.fixture
def remote(server_dsn: str) -> Iterator[Store]:
    """An open store on the server, on an empty database."""
    with Store.open(server_dsn) as store:
        yield store


def test_the_schema_is_the_embedded_one(remote: Store, store: Store) -> None:
    assert remote.migrate() == [migration.name for migration in [*migrations(), decoding()]]
    assert remote.migrate() == []
    columns = (
        "SELECT table, name, type, default_kind, default_expression FROM system.columns "
        "WHERE database = {database:String} ORDER BY table, position"
    )
    here, there = (one.query(columns, {"database": one.database}).result_rows for one in (store, remote))
    assert here == there
    assert not remote.embedded


def test_exact_values_survive_the_wire(remote: Store) -> None:
    remote.command(
        "CREATE TABLE exact (Number UInt32, Amount Decimal(38, 9), At DateTime64(9, 'UTC'), Words Array(String)) "
        "ENGINE = MergeTree ORDER BY Number"
    )
    amount = Decimal("-99999999999999999999999999999.999999999")
    day = datetime(1948, 6, 20, 23, 59, 59, 999_999, tzinfo=UTC)
    words = ["", "tab\tquote'backslash\\newline\nnul\0", "{x:String}", "ü€😀"]
    remote.insert("exact", [[1, amount, day, words]], ["Number", "Amount", "At", "Words"])
    bound = {"amount": amount, "at": day, "words": words}
    remote.command(
        "INSERT INTO exact SELECT 2, {amount:Decimal(38, 9)}, {at:DateTime64(9, 'UTC')}, {words:Array(String)}", bound
    )
    remote.raw_insert(
        "exact", b'{"Number":3,"Amount":"0.000000001","At":"1948-06-20 23:59:59.999999999"}\n', "JSONEachRow"
    )
    assert remote.query("SELECT * EXCEPT At, toString(At) FROM exact ORDER BY Number").result_rows == [
        (1, amount, words, "1948-06-20 23:59:59.999999000"),
        (2, amount, words, "1948-06-20 23:59:59.999999000"),
        (3, Decimal("0.000000001"), [], "1948-06-20 23:59:59.999999999"),
    ]
    named = remote.rows(
        "SELECT Number FROM exact WHERE Amount = {amount:Decimal(38, 9)} AND Words = {words:Array(String)} ORDER BY Number",
        bound,
    )
    assert named == [{"Number": 1}, {"Number": 2}]


def test_settings_of_one_call_stay_with_it(remote: Store) -> None:
    limit = "SELECT value FROM system.settings WHERE name = 'max_result_rows'"
    assert remote.query(limit, settings={"max_result_rows": 77}).result_rows == [("77",)]
    assert remote.command(limit, settings={"max_result_rows": 78}) == 78
    assert remote.query(limit).result_rows == [("0",)]


def test_a_large_answer_comes_whole(remote: Store) -> None:
    rows = remote.query("SELECT number, toString(number) FROM numbers(200000)").result_rows
    assert len(rows) == 200_000
    assert rows[-1] == (199_999, "199999")


def test_many_bound_values_fit_into_a_request(remote: Store) -> None:
    ids = [str(uuid.uuid4()) for _ in range(3_000)]
    sql = "SELECT length({ids:Array(UUID)})"
    assert remote.command(sql, {"ids": ids}) == 3_000
    assert remote.query(sql, {"ids": ids}).result_rows == [(3_000,)]


def test_temporary_tables_live_in_the_session_of_their_thread(remote: Store) -> None:
    remote.command("CREATE TEMPORARY TABLE mine ENGINE = Memory AS SELECT {number:UInt8} AS Number", {"number": 7})
    assert remote.rows("SELECT * FROM mine") == [{"Number": 7}]
    assert in_thread(lambda: remote.command("EXISTS TEMPORARY TABLE mine")) == 0
    remote.command("CREATE OR REPLACE TEMPORARY TABLE mine ENGINE = Memory AS SELECT 8 AS Number")
    assert remote.command("SELECT Number FROM mine") == 8


def test_the_engine_s_refusals_come_with_their_code(remote: Store) -> None:
    asks: dict[int, Any] = {
        60: lambda: remote.query("SELECT * FROM absent"),
        62: lambda: remote.command("SELEC 1"),
        27: lambda: remote.raw_insert("numbers", b"not a number\n", "TabSeparated"),
    }
    remote.command("CREATE TABLE numbers (Number UInt32) ENGINE = MergeTree ORDER BY Number")
    for code, ask in asks.items():
        with pytest.raises(DatabaseError, match=rf"Code: {code}\. DB::Exception") as refused:
            ask()
        assert refused.value.code == code


def test_a_server_that_is_not_there(server: RunningServer) -> None:
    with pytest.raises(StoreUnavailable) as refused:
        Store.open("clickhouse://127.0.0.1:1/firm")
    assert str(refused.value) == (
        "The ClickHouse server at 127.0.0.1:1 does not answer: Connection refused. "
        "Check the DSN, and that the server is up."
    )
    assert refused.value.retryable


def test_a_wrong_password(server: RunningServer) -> None:
    with pytest.raises(StoreUnavailable) as refused:
        Store.open(server.dsn("firm", password="guessed"))
    assert refused.value.message == (
        f"The ClickHouse server at 127.0.0.1:{server.port} refuses the user '{USER}' (ClickHouse code 516)."
    )
    assert "guessed" not in str(refused.value)
    assert not refused.value.retryable


def test_a_server_that_speaks_something_else(store: Store) -> None:
    with collecting(store) as endpoint, pytest.raises(StoreUnavailable) as refused:
        Store.open(f"clickhouse://{endpoint.removeprefix('http://')}/firm")
    assert refused.value.message.startswith(
        f"The ClickHouse server at {endpoint.removeprefix('http://')} does not answer"
    )


def test_a_closed_store_asks_no_more(server_dsn: str) -> None:
    with Store.open(server_dsn) as store:
        assert store.command("SELECT 1") == 1
    with pytest.raises(StoreUnavailable, match=r"^The store is closed\."):
        store.command("SELECT 1")


def test_a_server_that_went_away_and_came_back(tmp_path: Path) -> None:
    server = RunningServer(tmp_path)
    server.start()
    with Store.open(server.dsn("firm")) as store:
        store.command("CREATE TABLE kept (Number UInt32) ENGINE = MergeTree ORDER BY Number")
        store.insert("kept", [[1]], ["Number"])
        server.stop()
        with pytest.raises(ClickHouseError):
            store.command("SELECT count() FROM kept")
        server.start()
        assert store.command("SELECT count() FROM kept") == 1
    server.stop()


def test_an_idle_session_is_forgotten_with_its_temporary_tables(tmp_path: Path) -> None:
    """As on a real server, after `default_session_timeout`: nobody may count on a temporary table across a pause."""
    server = RunningServer(tmp_path, session_timeout=2)
    server.start()
    with Store.open(server.dsn("firm")) as store:
        store.command("CREATE TEMPORARY TABLE mine ENGINE = Memory AS SELECT 1 AS Number")
        assert store.command("EXISTS TEMPORARY TABLE mine") == 1
        time.sleep(2.5)
        assert store.command("EXISTS TEMPORARY TABLE mine") == 0
    server.stop()


def test_the_whole_path_comes_to_the_same_transactions(remote: Store, store: Store) -> None:
    definitions = load_definitions([], pack=PLAYED)
    plan = make_plan(Scope(seed=11, invoices=8, start=START, end=END, rates=FaultRates.all(), entries=2))
    requests = capture(plan)
    random.Random(11).shuffle(requests)
    at = instant((datetime.now(UTC) + timedelta(hours=2)).replace(microsecond=0))
    answers = []
    for one in (store, remote):
        one.migrate()
        correlator = Correlator(one, definitions)
        half = len(requests) // 2
        with collecting(one) as endpoint:
            for part in (requests[: half + 2], requests[half:]):
                deliver(endpoint, part)
                correlator.catch_up()
        orphans = Reading(one, definitions, "default", now=moment(at)).orphans()
        answers.append((found(one, definitions, at), {(row["SpanId"], row["Reason"]) for row in orphans}))
    (here, strays_here), (there, strays_there) = answers
    assert len(here) > 8
    assert differences(there, here) == []
    assert strays_there == strays_here
