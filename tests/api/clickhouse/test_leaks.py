"""What the engine says of an error, and how it is made to say it: never with another tenant's row in it.

A condition of the query and the view's own, on the tenant, are filters of one read: the engine could look at the query's
first, and tell in an error what it saw.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from spanledger_api.clickhouse import tables
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store
from tests.api import story

from .conftest import NOBODY, SECRET, TENANTS, Door, open_door, tokens

FAILING = [
    "toUInt64({c}) = 1",
    "{c}::UInt64 = 1",
    "CAST({c} AS DateTime) > now()",
    "toDecimal64({c}, 2) > 0",
    "toUUID({c}) != toUUID('0b0e6e0e-2f7c-4a53-9a7c-3f5d3c1f9f11')",
    "parseDateTime({c}, '%Y') > now()",
    "toIPv4({c}) = toIPv4('1.2.3.4')",
    "arrayExists(x -> toUInt64(x) = 1, [{c}])",
    "multiIf(toUInt64({c}) = 1, 1, 0)",
]
COLUMNS = {
    "transactions": "RootId",
    "open_transactions": "RootId",
    "transaction_steps": "RootId",
    "transaction_money": "RootId",
    "open_transaction_money": "RootId",
    "spans": "EntityIds[1]",
    "otel_traces": "SpanAttributes['business.entity.invoice']",
}
SHAPES = [
    "SELECT count() FROM {t} WHERE {x}",
    "SELECT count() FROM {t} PREWHERE {x}",
    "SELECT count() FROM {t} WHERE NOT startsWith({c}, 'INV-1') AND {x}",
    "SELECT count() FROM {t} WHERE {c} LIKE '%SECRET%' AND {x}",
    "SELECT {x} FROM {t} WHERE {c} LIKE '%SECRET%'",
    "SELECT any({x}) FROM {t} WHERE {c} LIKE '%SECRET%'",
    "SELECT max({x}) FROM {t}",
    "SELECT count() FROM {t} AS a INNER JOIN {t} AS b ON a.{c} = b.{c} WHERE {x2}",
    "SELECT 1 FROM {t} GROUP BY {x} HAVING {c2}",
    "SELECT 1 FROM {t} ORDER BY {x} LIMIT 1",
]


@pytest.mark.parametrize("table", COLUMNS)
@pytest.mark.parametrize("shape", SHAPES)
def test_an_error_holds_nothing_of_the_rivals(door: Door, table: str, shape: str) -> None:
    column = COLUMNS[table]
    for failing in FAILING:
        sql = shape.format(
            t=table, c=column, x=failing.format(c=column), x2=failing.format(c=f"a.{column}"), c2="count() > 0"
        )
        answer = door.ask(sql)
        assert SECRET not in answer.text.replace(sql, ""), (sql, answer.text)


CONDITIONS = [
    "toUInt64(toString({c})) = 1",
    "toString({c}) != '' AND toUInt64(toString({c})) = 1",
    "toUInt64(toString({c})) = 1 AND toString({c}) != ''",
    "toUInt64(toString({c})) = 1 OR toString({c}) = 'x'",
    "NOT (toUInt64(toString({c})) = 1)",
    "intDiv(1, length(toString({c})) - length(toString({c}))) = 1",
    "parseDateTime(toString({c}), '%Y') > now()",
    # Over a dictionary, whose first value is always empty.
    "parseDateTime(concat('2020', toString({c})), '%Y') > now()",
    "intDiv(1, toUInt8({c} = {c}) - 1) = 1",
    "arrayExists(x -> parseDateTime(concat('2020', x), '%Y') > now(), [toString({c})])",
]


@pytest.fixture(scope="module")
def crowded(engine_directory: Path, definitions: Definitions) -> Iterator[Door]:
    """An interface over a store in which the rival's rows fill many granules."""
    with Store.open(f"chdb://{engine_directory}?database=crowded") as store:
        store.migrate()
        for tenant in TENANTS:
            story.tell(store, definitions, tenant)
        for table, names in {
            "verdicts": "concat(RootId, toString(number)) AS RootId",
            "open_verdicts": "concat(RootId, toString(number)) AS RootId",
            "spans": "concat(TraceId, toString(number)) AS TraceId",
            "spans_trace_id_ts": "concat(TraceId, toString(number)) AS TraceId",
        }.items():
            store.command(
                f"INSERT INTO {table} SELECT t.* REPLACE ({names}) FROM {table} AS t CROSS JOIN numbers(400) AS n "
                "WHERE Tenant = 'rival'"
            )
            store.command(f"OPTIMIZE TABLE {table} FINAL")
        with open_door(store, tokens()) as door:
            yield door
        store.command("DROP DATABASE crowded SYNC")


def meets_nobody(crowded: Door, table: str, columns: list[str]) -> None:
    """Asked by a tenant without rows, in blocks that hold those of others: each of these would fail on any row."""
    for column in columns:
        quoted = f"`{column}`"
        for condition in CONDITIONS:
            failing = condition.format(c=quoted)
            told = crowded.ask(f"SELECT count() AS found FROM {table} WHERE {failing} FORMAT JSON", NOBODY)
            assert told.status_code == 200, (failing, told.text)
            assert told.json()["data"] == [{"found": "0"}] or told.json()["data"] == [{"found": 0}]
        failing = CONDITIONS[0].format(c=quoted)
        for sql in (
            f"SELECT {failing} FROM {table}",
            f"SELECT 1 FROM {table} GROUP BY {failing}",
            f"SELECT count() FROM {table} AS a INNER JOIN {table} AS b ON a.{quoted} = b.{quoted} WHERE {failing.replace('(`', '(a.`')}",
        ):
            told = crowded.ask(sql, NOBODY)
            assert told.status_code == 200, (sql, told.text)
    # The words above can fail: they do for who has rows.
    assert crowded.ask(f"SELECT count() FROM {table} WHERE {CONDITIONS[0].format(c=columns[0])}").status_code == 500


def columns_of(door: Door, table: str) -> dict[str, str]:
    return {row["name"]: row["type"] for row in door.rows(f"DESCRIBE TABLE {table}")}


@pytest.mark.parametrize("table", tables.readable())
def test_no_expression_meets_a_row_of_others(crowded: Door, table: str) -> None:
    """One column of each type."""
    meets_nobody(crowded, table, list({kind: name for name, kind in columns_of(crowded, table).items()}.values()))


@pytest.mark.long
@pytest.mark.parametrize("table", tables.readable())
def test_no_expression_on_any_column_meets_a_row_of_others(crowded: Door, table: str) -> None:
    meets_nobody(crowded, table, list(columns_of(crowded, table)))


@pytest.mark.parametrize("table", tables.readable())
def test_no_column_has_a_dictionary(door: Door, table: str) -> None:
    assert [name for name, kind in columns_of(door, table).items() if "LowCardinality" in kind] == []
