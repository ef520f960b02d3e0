"""Cursors come back as they went out, and nothing else is taken for one."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanledger_api.cursors import Position, decode, encode, question_of
from spanledger_api.problems import Refusal


@given(st.text(), st.lists(st.text(), max_size=3))
def test_a_cursor_comes_back_as_it_went_out(value: str, keys: list[str]) -> None:
    question = question_of({"sort": value})
    position = Position(value, tuple(keys))
    cursor = encode(question, position)
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?# ")
    assert decode(cursor, question, len(keys)) == position


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        decode(text, question_of({}), 1)
    assert refused.value.code == "cursor_invalid"


@given(st.binary())
def test_any_other_content_is_refused(raw: bytes) -> None:
    with pytest.raises(Refusal):
        decode(base64.urlsafe_b64encode(raw).decode().rstrip("="), question_of({}), 1)


def test_a_cursor_of_another_question_is_refused() -> None:
    cursor = encode(question_of({"owner": "a"}), Position("1", ("k",)))
    with pytest.raises(Refusal, match="another question"):
        decode(cursor, question_of({"owner": "b"}), 1)
