"""The clients that people really use: clickhouse-connect, the JavaScript client, curl, and what Grafana's data source sends."""

from __future__ import annotations

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import clickhouse_connect
import httpx2
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from tests.javascript import run_script

from .conftest import Door


@pytest.fixture(scope="module")
def connected(door: Door) -> Client:
    return clickhouse_connect.get_client(
        host="127.0.0.1", port=door.port, username="grafana", password="acme-token", database="spanledger"
    )


def test_clickhouse_connect_reads_every_type(connected: Client) -> None:
    row = connected.query(
        "SELECT toUInt64(7) AS number, 'it''s' AS text, toDateTime64('2026-03-02 09:00:00.5', 9, 'UTC') AS moment, "
        "toDecimal128('48200.10', 9) AS money, ['a', 'b'] AS list, map('k', 'v') AS facts, (1, 'x') AS pair, "
        "NULL AS nothing, toUUID('0b0e6e0e-2f7c-4a53-9a7c-3f5d3c1f9f11') AS id, true AS yes, "
        "CAST('red' AS Enum8('red' = 1)) AS colour, CAST('low' AS LowCardinality(String)) AS low"
    ).first_row
    moment = datetime(2026, 3, 2, 9, 0, 0, 500_000, UTC).replace(tzinfo=None)
    assert row == (
        7, "it's", moment, Decimal("48200.1"), ["a", "b"], {"k": "v"}, (1, "x"), None,
        UUID("0b0e6e0e-2f7c-4a53-9a7c-3f5d3c1f9f11"), True, "red", "low",
    )  # fmt: skip


def test_clickhouse_connect_binds_values(connected: Client) -> None:
    for value in ("it's", "a\tb\nc", "back\\slash", "ä €", ""):
        assert connected.query("SELECT {value:String} AS value", parameters={"value": value}).first_row == (value,)
    moment = datetime(2026, 3, 2, 9, tzinfo=UTC)
    found = connected.query("SELECT {at:DateTime64(6, 'UTC')} AS at", parameters={"at": moment}).first_row
    assert found is not None
    assert found[0].replace(tzinfo=UTC) == moment


def test_clickhouse_connect_reads_many_rows_and_none(connected: Client) -> None:
    assert sum(connected.query("SELECT number FROM numbers(200000)").result_columns[0]) == 199_999 * 100_000
    assert connected.query("SELECT Key FROM transactions WHERE false").result_rows == []
    assert int(str(connected.command("SELECT count() FROM transactions"))) > 0
    table = connected.query_arrow("SELECT Key, Status FROM transactions")
    assert table.num_rows == connected.command("SELECT count() FROM transactions")


def test_clickhouse_connect_is_told_what_is_wrong(connected: Client) -> None:
    for sql, code in (
        ("SELECT * FROM nowhere", 60),
        ("SELECT nothing FROM spans", 47),
        ("SELEC 1", 497),
        ("INSERT INTO spans VALUES (1)", 497),
    ):
        with pytest.raises(DatabaseError, match=f"Code: {code}\\. DB::Exception"):
            connected.command(sql)


def test_many_ask_at_once(door: Door) -> None:
    def count(number: int) -> int:
        (row,) = door.rows(f"SELECT sum(number) AS found FROM numbers({number * 1000})")
        return int(row["found"])

    with ThreadPoolExecutor(30) as pool:
        found = list(pool.map(count, range(1, 61)))
    assert found == [number * 1000 * (number * 1000 - 1) // 2 for number in range(1, 61)]


def test_javascript(door: Door) -> None:
    told = json.loads(run_script(Path(__file__).parent / "javascript" / "ask.mjs", door.url, "acme-token"))
    assert (told["ping"], told["rows"]) == (True, 200_000)
    assert told["error"] == {"code": "60", "type": "UNKNOWN_TABLE"}
    assert told["insert"] == "497"
    sql = "SELECT Key, Step, Done FROM transaction_steps WHERE Process = 'invoice-to-cash' ORDER BY Key, Position"
    assert told["steps"] == door.rows(sql) != []


def test_the_first_question_of_clickhouse_go(door: Door) -> None:
    """Decoded as clickhouse-go does at the revision that it speaks: a block with info, a byte for each column's form."""
    answer = door.ask(
        "SELECT displayName(), version(), revision(), timezone()",
        default_format="Native",
        client_protocol_version="54460",
        database="spanledger",
    )
    place, content = 0, bytes(answer.content)

    def take(count: int) -> bytes:
        nonlocal place
        place += count
        return content[place - count : place]

    def text() -> str:
        return take(take(1)[0]).decode()

    assert take(8) == b"\x01\x00\x02\xff\xff\xff\xff\x00"
    assert take(2) == b"\x04\x01"
    found = {}
    for _ in range(4):
        name, kind, form = text(), text(), take(1)
        assert form == b"\x00"
        found[name] = text() if kind == "String" else int.from_bytes(take(4), "little")
    assert place == len(content)
    # Everything after is decoded at the revision that it is told: Native as the engine writes it.
    assert found.pop("version()") == door.rows("SELECT version() AS v")[0]["v"]
    assert found == {"displayName()": "spanledger", "revision()": 0, "timezone()": "UTC"}
    one = door.ask("SELECT 1", default_format="Native", client_protocol_version="54460")
    assert one.content == b"\x01\x01\x011\x05UInt8\x01"


def test_what_the_data_source_asks_to_know_its_way(door: Door) -> None:
    assert door.rows("SHOW DATABASES") == [{"name": "spanledger"}]
    tables = [row["name"] for row in door.rows('SHOW TABLES FROM "spanledger"')]
    assert {"transactions", "transaction_money", "spans", "otel_traces", "otel_traces_trace_id_ts"} <= set(tables)
    for table in tables:
        described = {row["name"] for row in door.rows(f'DESC TABLE "spanledger"."{table}"')}
        listed = door.rows(
            "SELECT name, type, table FROM system.columns WHERE database = 'spanledger' AND table = {t:String}",
            param_t=table,
        )
        assert described == {row["name"] for row in listed} != set()
    assert door.rows("SELECT name FROM system.databases") == [{"name": "spanledger"}]
    assert len(door.rows("SELECT name FROM system.functions WHERE name LIKE 'toStart%'")) > 5
    assert [row["name"] for row in door.rows("SELECT name FROM system.tables ORDER BY name")] == tables


@pytest.mark.parametrize("wanted", ["JSON", "CSVWithNames", "TabSeparated", "JSONEachRow", "PrettyCompact", "Parquet"])
def test_formats(door: Door, wanted: str) -> None:
    sql = "SELECT Key, Status FROM transactions ORDER BY Key"
    by_clause = door.ask(f"{sql} FORMAT {wanted}")
    by_parameter = door.ask(sql, default_format=wanted)
    by_header = door.ask(sql, headers={"X-ClickHouse-Format": wanted})
    if wanted not in {"JSON", "Parquet"}:
        assert by_clause.content == by_parameter.content == by_header.content
    for answer in (by_clause, by_parameter, by_header):
        assert answer.headers["X-ClickHouse-Format"] == wanted
        assert json.loads(answer.headers["X-ClickHouse-Summary"]).keys() == {"elapsed_ns", "result_bytes"}
        assert answer.headers["X-ClickHouse-Timezone"] == "UTC"


def test_over_http_alone(door: Door) -> None:
    assert httpx2.get(f"{door.url}/ping").text == httpx2.get(door.url).text == "Ok.\n"
    assert httpx2.get(door.url, params={"query": "SELECT 1", "password": "acme-token"}).text == "1\n"
    assert httpx2.get(f"{door.url}/?query=SELECT+2", auth=("anyone", "acme-token")).text == "2\n"
    assert door.ask("SELECT 3", query_id="mine-3").headers["X-ClickHouse-Query-Id"] == "mine-3"
    packed = httpx2.post(
        door.url,
        content=gzip.compress(b"SELECT repeat('x', 5000)"),
        headers={"Content-Encoding": "gzip", "Authorization": "Bearer acme-token", "Accept-Encoding": "gzip"},
    )
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.text == "x" * 5000 + "\n"


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"compress": "1"}, "use HTTP's own compression"),
        ({"database": "other"}, "There is no database other here"),
        ({"default_format": "Template"}, "Answers do not come in the format 'Template'"),
    ],
)
def test_what_is_not_spoken_is_said(door: Door, parameters: dict[str, Any], told: str) -> None:
    answer = door.ask("SELECT 1", **parameters)
    assert answer.status_code >= 400
    assert told in answer.text
    assert answer.headers["X-ClickHouse-Exception-Code"] == answer.text.split()[1].rstrip(".")
