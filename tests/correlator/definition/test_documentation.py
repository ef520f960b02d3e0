"""docs/definitions.md explains every key of the grammar, no other, and its example is valid."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

import pytest

from spanledger.attributes import ERROR_KINDS, IMPACTS
from spanledger_correlator.definition import keys
from spanledger_correlator.definition.calendar import FIRST_YEAR, LAST_YEAR, WEEKDAYS
from spanledger_correlator.definition.loading import pack_calendars, parse_calendar, parse_definition
from spanledger_correlator.definition.rule_reading import EXCEPTION_KINDS, SEVERITIES, SLA_STATES
from spanledger_correlator.definition.step_reading import MEANS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "definitions.md").read_text(encoding="utf-8")
EVERY_KEY = Path(__file__).with_name("every_key.yaml").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text under a heading, up to the next."""
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("A process", keys.PROCESS),
        ("A step", keys.STEP),
        ("An agreement", keys.AGREE),
        ("An owner rule", keys.OWNER),
        ("An SLA", keys.SLA),
        ("A tier", keys.TIER),
        ("A step's tier", keys.STEP_TIER),
        ("A pause", keys.PAUSE),
        ("A calendar", keys.CALENDAR),
        ("A severity rule", keys.SEVERITY),
        ("Not yet", keys.NOT_YET),
    ],
)
def test_each_key_has_one_line_in_the_order_of_the_grammar(title: str, expected: Collection[str]) -> None:
    assert re.findall(r"^\| `(\w+)` \|", section(title), re.MULTILINE) == list(expected)


@pytest.mark.parametrize(
    ("title", "needed"),
    [("A process", keys.PROCESS_NEEDS), ("A step", keys.STEP_NEEDS), ("A calendar", keys.CALENDAR_NEEDS)],
)
def test_needed_keys_are_named(title: str, needed: Collection[str]) -> None:
    assert f"Needed: {', '.join(f'`{key}`' for key in needed)}." in section(title)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("A process", IMPACTS),
        ("An owner rule", ERROR_KINDS),
        ("A severity rule", SEVERITIES),
        ("A severity rule", SLA_STATES),
        ("A step", keys.CARRIED),
        ("Exceptions", EXCEPTION_KINDS),
        ("A step", keys.REQUIRED),
        ("A step", MEANS),
        ("A calendar", keys.HOLIDAYS),
        ("A calendar", WEEKDAYS),
    ],
)
def test_every_word_that_a_key_allows_is_named(title: str, words: Collection[str]) -> None:
    assert [word for word in words if f"`{word}`" not in section(title)] == []


def example() -> str:
    return section("Example").split("```yaml\n", 1)[1].split("```", 1)[0]


def test_the_example_is_valid() -> None:
    assert parse_definition(example()).process == "invoice-to-cash"


@pytest.mark.parametrize("text", [example(), EVERY_KEY], ids=["documentation", "test"])
def test_the_examples_use_every_key(text: str) -> None:
    used = set(re.findall(r"(\w+): ?", text))
    known = {*keys.PROCESS, *keys.STEP, *keys.REQUIRED, *keys.AGREE, *keys.OWNER, *keys.SLA, *keys.TIER, *keys.SEVERITY}
    known |= {*keys.PAUSE}
    assert known - used == set()


def test_the_calendar_example_is_valid_and_uses_every_key() -> None:
    text = section("A calendar").split("```yaml\n", 1)[1].split("```", 1)[0]
    assert parse_calendar(text).name == "berlin-office"
    assert {*keys.CALENDAR, *keys.HOLIDAYS} - set(re.findall(r"(\w+): ?", text)) == set()


def test_the_calendars_of_the_pack_and_their_years_are_named() -> None:
    assert [name for name in pack_calendars() if f"`{name}`" not in section("A calendar")] == []
    assert f"{FIRST_YEAR} to {LAST_YEAR}" in section("A calendar")
