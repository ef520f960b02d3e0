"""A query sees its tenant's rows, whatever it says: every view, every known way round, and words at random."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanledger_api.clickhouse import tables
from spanledger_api.clickhouse.vocabulary import words_of
from spanledger_store import Store

from .conftest import SECRET, TENANTS, Door

SOURCES = {
    "transactions": "verdicts FINAL",
    "open_transactions": "open_verdicts FINAL",
    "transaction_steps": "verdicts FINAL ARRAY JOIN StepNames",
    "transaction_money": "verdicts FINAL ARRAY JOIN Currencies",
    "open_transaction_money": "open_verdicts FINAL ARRAY JOIN Currencies",
    "spans": "spans",
    "otel_traces": "spans",
    "otel_traces_trace_id_ts": "(SELECT Tenant, TraceId FROM spans_trace_id_ts GROUP BY ALL)",
}


@pytest.mark.parametrize("tenant", TENANTS)
@pytest.mark.parametrize("view", tables.readable())
def test_a_view_holds_all_of_its_tenant_and_nothing_else(
    door: Door, two_tenants: Store, view: str, tenant: str
) -> None:
    (found,) = door.rows(f"SELECT count() AS found FROM {view}", tenant)
    expected = two_tenants.command(
        f"SELECT count() FROM {SOURCES[view]} WHERE Tenant = {{tenant:String}}", {"tenant": tenant}
    )
    assert int(found["found"]) == expected > 0


def test_what_the_rival_has_is_there_for_the_rival(door: Door) -> None:
    sql = f"SELECT Key FROM transactions WHERE RootId = '{SECRET}'"
    assert door.rows(sql, "rival") == [{"Key": f"invoice-to-cash/{SECRET}"}]
    assert door.rows(sql, "acme") == []


WAYS_ROUND = [
    # other databases, by every way of writing a name
    "SELECT * FROM {db}.verdicts",
    'SELECT * FROM "{db}"."verdicts"',
    "SELECT * FROM `{db}`.verdicts",
    "SELECT * FROM `{db}.verdicts`",
    "SELECT * FROM {db} . verdicts",
    "SELECT * FROM {db}/**/.verdicts",
    "SELECT * FROM {rival}.transactions",
    "WITH verdicts AS (SELECT 1) SELECT * FROM {db}.verdicts",
    "WITH verdicts AS (SELECT 1) SELECT * FROM {other}.verdicts",
    "SELECT * FROM {other}.verdicts",
    "SELECT * FROM transactions AS {other}, {other}.verdicts",
    "SELECT Key IN {other}.verdicts FROM transactions",
    "DESCRIBE {other}.verdicts",
    "SHOW TABLES FROM {other}",
    "SELECT count() FROM transactions, {rival}.transactions",
    "SELECT 1 FROM transactions AS t ANY LEFT JOIN {rival}.transactions AS r ON r.Key = t.Key",
    f"SELECT '{SECRET}' IN {{rival}}.secrets",
    "SELECT Key IN {rival}.transactions FROM transactions",
    "SELECT in(Key, {rival}.transactions) FROM transactions",
    "SELECT * FROM (SELECT * FROM (SELECT * FROM {rival}.transactions))",
    "WITH x AS (SELECT * FROM {rival}.transactions) SELECT * FROM x",
    "WITH transactions AS (SELECT * FROM {rival}.transactions) SELECT * FROM transactions",
    "SELECT (SELECT any(Key) FROM {rival}.transactions)",
    "SELECT 1 UNION ALL SELECT * FROM {rival}.transactions",
    "SELECT * FROM {{t:Identifier}}",
    "SELECT * FROM {{d:Identifier}}.transactions",
    "DESCRIBE TABLE {db}.verdicts",
    "SHOW TABLES FROM {db}",
    "SHOW CREATE TABLE transactions",
    "SHOW PROCESSLIST",
    "EXPLAIN SELECT * FROM {rival}.transactions",
    "EXPLAIN AST INSERT INTO spans SELECT 1",
    # the engine's own tables
    "SELECT * FROM system.processes",
    "SELECT * FROM system.parts",
    "SELECT * FROM system.query_log",
    'SELECT * FROM "system".processes',
    "SELECT * FROM system.`tables`, system.databases, system.parts_columns",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM INFORMATION_SCHEMA.COLUMNS",
    # table functions and functions that look elsewhere
    "SELECT * FROM merge('{db}', 'verdicts')",
    "SELECT * FROM merge('.*')",
    "SELECT * FROM mergeTreeIndex('{db}', 'verdicts')",
    "SELECT * FROM remote('127.0.0.1', '{db}', 'verdicts')",
    "SELECT * FROM cluster('default', '{db}', 'verdicts')",
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT * FROM url('http://127.0.0.1/', 'LineAsString')",
    "SELECT * FROM sqlite('/tmp/x.db', 'x')",
    "SELECT * FROM view(SELECT 1)",
    "SELECT * FROM viewIfPermitted(SELECT 1 ELSE null('x UInt8'))",
    "SELECT * FROM dictionary('x')",
    "SELECT * FROM loop('{db}', 'verdicts')",
    "SELECT * FROM `merge`('{db}', 'verdicts')",
    "SELECT file('/etc/passwd')",
    "SELECT \"file\"('/etc/passwd')",
    "SELECT FILE('/etc/passwd')",
    "SELECT dictGet('x', 'y', 1)",
    "SELECT joinGet('{db}.verdicts', 'Key', 'x')",
    "SELECT hasColumnInTable('{db}', 'verdicts', 'Key')",
    "SELECT getSetting('max_threads'), getServerSetting('x'), getMacro('x')",
    "SELECT * APPLY(file) FROM (SELECT '/etc/passwd')",
    "SELECT * APPLY file FROM (SELECT '/etc/passwd')",
    "SELECT arrayMap(x -> file(x), ['/etc/passwd'])",
    "SELECT formatRow('Template', 1)",
    "SELECT sleep(3)",
    # writing, and more than one statement
    "SELECT 1 INTO OUTFILE '/tmp/outfile'",
    "SELECT 1 INTO/**/OUTFILE '/tmp/outfile' FORMAT CSV",
    "INSERT INTO spans SELECT 1",
    "INSERT INTO FUNCTION file('x') SELECT 1",
    "SELECT 1; SELECT * FROM {rival}.transactions",
    "SELECT 1 PARALLEL WITH SELECT 2",
    "SET readonly = 0",
    "SELECT 1 FROM (SELECT 1 SETTINGS readonly = 0)",
    "SELECT * FROM transactions SETTINGS additional_table_filters = {{'x': '1'}}",
    "KILL QUERY WHERE 1",
    "DROP DATABASE {db}",
    "CREATE TABLE x (a UInt8) ENGINE = Memory",
    "SYSTEM SHUTDOWN",
    "USE {rival}",
    "BACKUP TABLE {db}.spans TO Disk('d', 'b')",
    "EXECUTE AS default SELECT 1",
    "WITH 1 AS x INSERT INTO spans SELECT x",
    # other readers' ideas of where a word ends
    "SELECT $$x$$, * FROM {rival}.transactions",
    'SELECT "a\\" , * FROM {rival}.transactions --"',
    "SELECT 1 /* /* */ , (SELECT any(Key) FROM {rival}.transactions) -- */",
    "SELECT 1 # \n FROM {rival}.transactions",
    "SELECT \u2018x\u2019 FROM {rival}.transactions",
]


@pytest.mark.parametrize("way", WAYS_ROUND)
def test_a_known_way_round_is_closed(door: Door, two_tenants: Store, other_database: str, way: str) -> None:
    rival = tables.database_of(two_tenants, "rival")
    names = {"db": two_tenants.database, "rival": rival, "other": other_database}
    answer = door.ask(way.format(**names), param_t=f"{names['rival']}.transactions", param_d=names["rival"])
    assert answer.status_code >= 400, answer.text[:500]
    assert SECRET not in answer.text.replace(way.format(**names), "")
    assert "DB::Exception" in answer.text


def test_names_in_a_text_are_a_text(door: Door) -> None:
    for text in ("system.processes", "it''s INTO OUTFILE", "\\' , * FROM system.processes --", "/* file(x) */"):
        assert door.ask(f"SELECT '{text}' AS text FORMAT JSON").status_code == 200


def test_a_setting_is_not_for_a_query_to_choose(door: Door) -> None:
    """It is left out where honest clients write it, at the end, and in the request's parameters."""
    seen = "SELECT count() AS found FROM numbers(10) SETTINGS max_rows_to_read = 1, readonly = 0 FORMAT JSON"
    assert door.ask(seen, max_rows_to_read="1", readonly="0").json()["data"] == [{"found": 10}]


WORDS = [
    *(
        "SELECT",
        "*",
        "FROM",
        "WHERE",
        "JOIN",
        "UNION ALL",
        "WITH",
        "AS",
        "IN",
        "(",
        ")",
        ",",
        ".",
        "'",
        '"',
        "`",
        "--",
        "\n",
    ),
    *(
        "/*",
        "*/",
        "$$",
        "x",
        "1",
        "=",
        "ARRAY JOIN",
        "FINAL",
        "FORMAT CSV",
        "SETTINGS",
        ";",
        "transactions",
        "spans",
        "Key",
    ),
    *(
        "system",
        "tables",
        "merge",
        "remote",
        "file",
        "view",
        "numbers(3)",
        "count()",
        "any(Key)",
        "{t:Identifier}",
        "\\",
    ),
    *(
        "DB",
        "RIVAL",
        "verdicts",
        "EXPLAIN",
        "DESCRIBE",
        "USING",
        "ON",
        "LIMIT 1",
        "EXISTS",
        "PASTE JOIN",
        "SAMPLE",
        "PREWHERE",
    ),
]
HOLE = [
    "SELECT {} FROM transactions",
    "SELECT * FROM {}",
    "SELECT * FROM transactions {}",
    "WITH {} SELECT * FROM transactions",
    "SELECT * FROM transactions WHERE {}",
    "{}",
]


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    hole=st.sampled_from(HOLE),
    filling=st.lists(st.sampled_from(WORDS), min_size=1, max_size=9),
    glue=st.sampled_from(["", " "]),
)
def test_words_at_random_never_show_what_is_the_rivals(
    door: Door, two_tenants: Store, hole: str, filling: list[str], glue: str
) -> None:
    names = {"DB": two_tenants.database, "RIVAL": tables.database_of(two_tenants, "rival")}
    text = hole.replace("{}", glue.join(names.get(word, word) for word in filling))
    answer = door.ask(text, param_t=f"{names['RIVAL']}.transactions")
    assert SECRET not in answer.text
    if answer.status_code != 200:
        assert answer.text.startswith("Code: ")


def test_functions_that_may_be_called_answer_from_their_arguments(two_tenants: Store) -> None:
    rows = two_tenants.query("SELECT name, trim(categories) FROM system.functions WHERE NOT is_aggregate").result_rows
    category = {row[0]: row[1] for row in rows}
    allowed = words_of("functions")
    unknown = allowed - {row[0] for row in two_tenants.query("SELECT name FROM system.functions").result_rows}
    assert unknown == set()
    closed = {"AI", "Dictionary", "Embedded Dictionary", "Encryption", "Internal", "Introspection", "Machine Learning"}
    assert {name for name in allowed if category.get(name) in closed} == set()
    # What stands in for a table must not share a name with what is allowed, but for these, which read their arguments.
    sources = {row[0] for row in two_tenants.query("SELECT name FROM system.table_functions").result_rows}
    lowered = {name.lower() for name in allowed} | {"numbers"}
    assert {name for name in sources if name.lower() in lowered} <= {"numbers", "format", "values", "null"}
