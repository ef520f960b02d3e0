"""May a query be asked: one statement that reads, of tables that may be read, by functions that answer from their arguments.

The words decide, and refuse what they do not know; then the whole is parsed, so that a table that there is not is told by
its name. What is run is written from the words, with nothing in it that was not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from spanledger_api.clickhouse import tables
from spanledger_api.clickhouse.errors import ACCESS_DENIED, SYNTAX_ERROR, UNKNOWN_TABLE, QueryRefused
from spanledger_api.clickhouse.lexer import Unreadable, Word, words, written
from spanledger_api.clickhouse.vocabulary import words_of
from spanledger_api.problems import nearest

LONGEST: Final = 64 * 1024
"""Characters of a query."""
DEEPEST: Final = 100
"""Brackets within brackets."""
_NEVER: Final = frozenset({"APPLY", "INFILE", "INTO", "OUTFILE", "PARALLEL", "SETTINGS"})
"""Keywords by which a query that reads would do more: write a file, run another statement, call by a bare name."""
_COMBINATORS: Final = re.compile(
    "(If|Array|Map|Distinct|OrDefault|OrNull|SimpleState|State|Merge|MergeState|ForEach|Resample|ArgMin|ArgMax)+$"
)
_TYPES: Final = re.compile(
    "(Nullable|LowCardinality|Array|Map|Tuple|Decimal|Decimal32|Decimal64|Decimal128|Decimal256|FixedString|DateTime|DateTime64|"
    "Enum8|Enum16|Variant|Time64|Nested|JSON)$"
)
"""Types with arguments, as `CAST(x AS Decimal(38, 9))` and `x::Nullable(String)` have them."""
_VERB: Final = re.compile(r"\s*([A-Za-z]+)")
_READING: Final = frozenset({"SELECT", "WITH", "SHOW", "DESC", "DESCRIBE", "EXPLAIN"})
_SHOWS: Final = {"DATABASES": "SELECT name FROM system_databases", "SCHEMAS": "SELECT name FROM system_databases"}


@dataclass(frozen=True, slots=True)
class Statement:
    """What may be run, and in which format it asks to be answered; None leaves that to the request."""

    sql: str
    format: str | None
    hello: bool = False
    """Whether it is the first thing that clickhouse-go asks (`answers.py`)."""
    names: frozenset[str] = frozenset()
    """Of the values that it binds."""


def checked(text: str, databases: Collection[str]) -> Statement:
    """The statement that a query is; `databases` are those that the engine has, of which nobody may name one.

    Raises:
        QueryRefused: it may not be asked here, or is none.
    """
    if len(text) > LONGEST:
        raise QueryRefused(SYNTAX_ERROR, f"The query has {len(text)} characters; at most {LONGEST} are read.")
    verb = _VERB.match(text)
    if verb and verb[1].upper() not in _READING:
        # Before anything else, as rows to be written may stand behind it.
        raise _no_reading(verb[1])
    try:
        query = words(text)
    except Unreadable as error:
        raise QueryRefused(SYNTAX_ERROR, f"The query cannot be read: {error}.") from error
    while query and query[-1].text == ";":
        query.pop()
    if not query:
        raise QueryRefused(SYNTAX_ERROR, "The query is empty.")
    query, wanted = _without_ending(query)
    query = _in_own_names(query)
    _check_words(query, databases)
    first = query[0].text.upper()
    if first == "SHOW":
        return Statement(_shown(query), wanted)
    if first in {"DESC", "DESCRIBE"}:
        return Statement(_described(query), wanted)
    inner: Sequence[Word] = query
    if first == "EXPLAIN":
        inner = _explained(query)
    if not (inner[0].means("SELECT", "WITH") or inner[0].text == "("):
        raise _no_reading(inner[0].text)
    _parse(written(inner))
    names = frozenset(word.text.strip("{ ").partition(":")[0].strip() for word in query if word.kind == "value")
    return Statement(written(query), wanted, _is_hello(query), names)


def format_called(name: str) -> str:
    """A format that answers come in, by its name in any case.

    Raises:
        QueryRefused: there is none, or it is none for an answer.
    """
    known = {one.lower(): one for one in words_of("formats")}
    if name.lower() not in known:
        raise QueryRefused(73, f"Answers do not come in the format {name[:60]!r}.")
    return known[name.lower()]


def _without_ending(query: list[Word]) -> tuple[list[Word], str | None]:
    """The query without its FORMAT and its SETTINGS, which are not for it to choose, and the format."""
    depth, cut = 0, len(query)
    for place, word in enumerate(query):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(word.text, 0)
        follows = query[place + 1] if place + 1 < len(query) else None
        if depth or follows is None or not follows.name or not place:
            continue
        ends = word.means("FORMAT") and (place + 2 == len(query) or query[place + 2].means("SETTINGS"))
        sets = word.means("SETTINGS") and place + 2 < len(query) and query[place + 2].text == "="
        if ends or sets:
            cut = place
            break
    ending = query[cut:]
    formats = [ending[place + 1].name for place, word in enumerate(ending[:-1]) if word.means("FORMAT")]
    if any(word.name == "additional_table_filters" for word in ending):
        raise QueryRefused(
            ACCESS_DENIED,
            "Ad hoc filters are not applied here: write the filter into the query (`$__adHocFilters` is one).",
        )
    return query[:cut], format_called(formats[0]) if formats else None


def _in_own_names(query: Sequence[Word]) -> list[Word]:
    """The query with tables named as the tenant's own database names them."""
    named: list[Word] = []
    place = 0
    while place < len(query):
        word = query[place]
        qualified = place + 2 < len(query) and query[place + 1].text == "." and bool(query[place + 2].name)
        starts = not (named and named[-1].text == ".")
        if word.name and qualified and starts and (word.name == "system" or tables.is_database(word.name)):
            table = query[place + 2].name
            view = tables.place_of(word.name, table)
            if view is None:
                raise _no_table(f"{word.name}.{table}")
            named.append(Word("name", view, word.apart))
            place += 3
        else:
            named.append(word)
            place += 1
    return named


def _check_words(query: Sequence[Word], databases: Collection[str]) -> None:
    depth = 0
    for place, word in enumerate(query):
        follows = query[place + 1].text if place + 1 < len(query) else ""
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(word.text, 0)
        if depth > DEEPEST:
            raise QueryRefused(SYNTAX_ERROR, f"The query has more than {DEEPEST} brackets within brackets.")
        if word.text == ";":
            raise QueryRefused(SYNTAX_ERROR, "One statement at a time is answered.")
        if word.kind == "value" and re.search(r":\s*Identifier", word.text):
            raise QueryRefused(ACCESS_DENIED, "A name cannot be bound as a value here: write it into the query.")
        starts = not (place and query[place - 1].text == ".")
        if word.name and follows == "." and starts and _is_elsewhere(word.name, databases):
            raise _no_table(f"{word.name}.{query[place + 2].text if place + 2 < len(query) else ''}")
        if word.kind == "name" and word.text.upper() in _NEVER:
            raise QueryRefused(
                ACCESS_DENIED,
                f"{word.text.upper()} is not answered here: this interface reads. (A column of that name can be quoted.)",
            )
        if word.means("IN") and place + 2 < len(query) and query[place + 1].name and query[place + 2].text == ".":
            # What stands there is a table.
            raise _no_table(f"{query[place + 1].name}.…")
        if word.name and follows == "(" and not _may_be_called(query, place):
            raise _no_function(word.name)


def _may_be_called(query: Sequence[Word], place: int) -> bool:
    word = query[place]
    if word.kind == "name" and word.text.upper() in words_of("keywords"):
        return True
    if word.name.lower() in _functions_in_any_case() or _TYPES.match(word.name):
        return True
    if _COMBINATORS.sub("", word.name) in words_of("functions"):
        return True
    # A table expression of a WITH, `name AS (`, has its bracket behind AS; a list of columns follows none of ours.
    return word.name == "numbers" and place > 0 and query[place - 1].means("FROM", "JOIN")


@cache
def _functions_in_any_case() -> frozenset[str]:
    return frozenset(name.lower() for name in words_of("functions"))


def _is_elsewhere(name: str, databases: Collection[str]) -> bool:
    """Whether a name is that of a database of the engine's, or of one with some tenant's views."""
    return (
        name.lower() in {"system", "information_schema", "default", tables.PUBLIC}
        or name in databases
        or name.partition(tables.BESIDE)[0] in databases
    )


def _shown(query: Sequence[Word]) -> str:
    """SHOW DATABASES, or SHOW TABLES of the one there is."""
    said = [word.name.upper() if word.kind == "name" else word.text for word in query[1:]]
    if len(said) == 1 and said[0] in _SHOWS:
        return _SHOWS[said[0]]
    if said[:1] == ["TABLES"] and len(said) in {1, 3}:
        if len(said) == 3 and not (said[1] in {"FROM", "IN"} and tables.is_database(query[3].name)):
            raise _no_table(query[3].text)
        return "SELECT name FROM system_tables ORDER BY name"
    raise QueryRefused(ACCESS_DENIED, "Of SHOW, only SHOW DATABASES and SHOW TABLES are answered here.")


def _described(query: Sequence[Word]) -> str:
    """DESCRIBE of a table or of a SELECT."""
    rest = query[2:] if len(query) > 2 and query[1].means("TABLE") else query[1:]
    if rest and rest[0].text == "(":
        _parse(written(rest))
    elif len(rest) != 1 or not _is_view(rest[0].name):
        raise _no_table(written(rest))
    return f"DESCRIBE TABLE {written(rest)}"


def _explained(query: Sequence[Word]) -> Sequence[Word]:
    """What an EXPLAIN explains."""
    place = 1
    while place < len(query) and query[place].means("PLAN", "PIPELINE", "SYNTAX", "AST", "ESTIMATE", "QUERY", "TREE"):
        place += 1
    if place == len(query):
        raise QueryRefused(SYNTAX_ERROR, "EXPLAIN explains nothing.")
    return query[place:]


def _parse(sql: str) -> None:
    """Raises QueryRefused unless the text is one SELECT of tables that there are."""
    try:
        parsed = sqlglot.parse(sql, read="clickhouse")
    except (SqlglotError, RecursionError) as error:
        raise QueryRefused(SYNTAX_ERROR, f"The query cannot be parsed: {str(error).splitlines()[0][:300]}") from error
    if len(parsed) != 1 or not isinstance(parsed[0], exp.Query):
        raise _no_reading(sql.split(maxsplit=1)[0])
    own = {one.alias_or_name for one in parsed[0].find_all(exp.CTE)}
    for table in parsed[0].find_all(exp.Table):
        if isinstance(table.this, exp.Func) or (table.name in own and not table.db):
            continue
        if table.db or not _is_view(table.name):
            raise _no_table(".".join(part.name for part in table.parts))


def _is_view(name: str) -> bool:
    return name in tables.readable() or name.startswith("system_")


def _is_hello(query: Sequence[Word]) -> bool:
    return written([replace(word, apart=False) for word in query]).lower() == (
        "selectdisplayname(),version(),revision(),timezone()"
    )


def _no_reading(what: str) -> QueryRefused:
    return QueryRefused(
        ACCESS_DENIED, f"{what[:40].upper()} is not answered here: only SELECT, SHOW, DESCRIBE and EXPLAIN are."
    )


def _no_function(name: str) -> QueryRefused:
    hint = nearest(name, sorted(words_of("functions")))
    return QueryRefused(ACCESS_DENIED, f"The function {name[:80]} may not be called here. {hint}".rstrip())


def _no_table(name: str) -> QueryRefused:
    hint = nearest(name.rpartition(".")[2], tables.readable()) or f"There are: {', '.join(tables.readable())}."
    return QueryRefused(UNKNOWN_TABLE, f"There is no table {name[:80]} here. {hint}")
