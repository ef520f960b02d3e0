from __future__ import annotations

import pytest

from spanledger_server.backfill.located_yaml import NotYaml, read_yaml


def test_values_are_texts_as_they_are_written_and_places_have_lines() -> None:
    located = read_yaml("a: 080\nb:\n  - yes\n  - {c: 2024-01-01, d: }\n")
    assert located.value == {"a": "080", "b": ["yes", {"c": "2024-01-01", "d": None}]}
    assert [located.line(place) for place in [("a",), ("b",), ("b", 0), ("b", 1, "c"), ("b", 1, "zz"), ("zz",)]] == [
        1,
        2,
        3,
        4,
        4,
        1,
    ]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [("a: 1\nb: [\n", 3, "expected"), ("a: 1\nb: 2\na: 3\n", 3, "`a` stands here twice, first on line 1")],
)
def test_a_mistake_has_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(NotYaml, match=what) as caught:
        read_yaml(text)
    assert caught.value.line == line


def test_an_empty_text_has_no_value() -> None:
    assert read_yaml("# nothing\n").value is None
