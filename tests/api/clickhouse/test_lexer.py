"""The words that are read are those that the engine reads: its own tokenizer is the judge."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanledger_api.clickhouse.lexer import Unreadable, Word, words, written
from spanledger_store import Store

PIECES = [
    *(
        "SELECT",
        "FROM",
        "a",
        "b1",
        "_x",
        "1",
        "2.5",
        "1e5",
        ".5",
        "0xFF",
        "t.1.2",
        "'x'",
        "'it''s'",
        "'a\\'b'",
        "'\\\\'",
    ),
    *('"q"', "`r`", "'--'", "'/*'", "-- c\n", "/* c */", "/**/", "{x:UInt8}", "{ y : Array(String) }", " ", "\n", "\t"),
    *("(", ")", "[", "]", ",", ".", "*", "+", "-", "/", "%", "=", "==", "!=", "<>", "<=", ">=", "<", ">", "||", "->"),
    *(
        "::",
        ":",
        "?",
        ";",
        "'",
        '"',
        "`",
        "\\",
        "{",
        "}",
        "$",
        "$$",
        "#",
        "@",
        "é",
        "\u2018",
        "\x00",
        "-",
        "--",
        "/*",
        "*/",
    ),
]


def tokens_of(store: Store, sql: str) -> list[str] | None:
    """The engine's words of a text, without blanks and comments; None if it reads an error."""
    raw = sql.encode()
    tokens = store.query("SELECT tokenizeQuery({sql:String})", {"sql": sql}).result_rows[0][0]
    if any(token["type"].startswith("Error") for token in tokens):
        return None
    return [
        raw[token["begin"] : token["end"]].decode()
        for token in tokens
        if token["type"] not in {"Whitespace", "Comment", "EndOfStream"}
    ]


def ours(store: Store, read: list[Word]) -> list[str]:
    """Our words, with a bound value as the several that it is to the engine."""
    return [
        token
        for word in read
        for token in ((tokens_of(store, word.text) or []) if word.kind == "value" else [word.text])
    ]


def hold(store: Store, examples: int) -> None:
    @settings(max_examples=examples, deadline=None)
    @given(text=st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
    def what_is_read_is_what_the_engine_reads(text: str) -> None:
        try:
            read = words(text)
        except Unreadable:
            return
        again = written(read)
        assert written(words(again)) == again
        for sql in (text, again):
            tokens = tokens_of(store, sql)
            assert tokens is None or tokens == ours(store, read)

    what_is_read_is_what_the_engine_reads()


def test_what_is_read_is_what_the_engine_reads(two_tenants: Store) -> None:
    hold(two_tenants, 500)


@pytest.mark.long
def test_what_is_read_is_what_the_engine_reads_in_many_cases(two_tenants: Store) -> None:
    hold(two_tenants, 100_000)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT $$x$$",
        "SELECT \u2018x\u2019",
        "SELECT 'x",
        'SELECT "a""b"',
        "SELECT /* x",
        "SELECT # x",
        "SELECT 1 // x",
        "a\x00b",
        "1abc",
        "x'41'",
        "a..b",
        "SELECT /* /* */ */ 1",
    ],
)
def test_what_is_not_known_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        words(text)


def test_comments_are_left_out_and_words_stay_apart() -> None:
    assert written(words("SELECT/* a */1 -- b\n,2")) == "SELECT 1 ,2"
    assert written(words("SELECT a - - b, '-- no comment'")) == "SELECT a - - b, '-- no comment'"
