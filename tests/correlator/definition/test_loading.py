"""Files and directories of definitions, and what versions in several files may not say against each other."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanledger_correlator.definition.loading import load_definitions, parse_definition
from spanledger_correlator.definition.pack import PACK, pack_processes
from spanledger_store.errors import DefinitionInvalid

EVERY_KEY = Path(__file__).with_name("every_key.yaml").read_text()
SMALL = """\
process: worker-leaving
version: 1
effective_from: 2026-01-01
impact: compliance
entity: worker
steps: [{step: worker.left, system: workday, start: true}]
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "worker.yaml"
    path.write_text(SMALL)
    return path


def test_the_pack_is_valid_and_loaded_unless_declined(small: Path) -> None:
    pack = {definition.process for definition in load_definitions([])}
    assert pack == set(pack_processes())
    assert {definition.process for definition in load_definitions([small])} == pack | {"worker-leaving"}
    assert [definition.process for definition in load_definitions([small], pack=False)] == ["worker-leaving"]
    assert list(load_definitions([], pack=False)) == []


@pytest.mark.parametrize("path", sorted(PACK.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_pack_file_bears_its_process_name_and_ends_its_rules_with_a_catch_all(path: Path) -> None:
    definition = parse_definition(path.read_text(encoding="utf-8"), str(path))
    assert definition.process == path.stem
    assert not definition.owners[-1].steps
    assert not definition.owners[-1].error_kinds
    assert definition.severity[-1].severity == "low"


def test_a_directory_is_its_yaml_files_and_nothing_below(small: Path, tmp_path: Path) -> None:
    (tmp_path / "second.yml").write_text(SMALL.replace("version: 1", "version: 2"))
    (tmp_path / "notes.txt").write_text("no definition")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "third.yaml").write_text(SMALL.replace("version: 1", "version: 3"))
    definitions = load_definitions([tmp_path], pack=False)
    assert [definition.version for definition in definitions] == [1, 2]
    assert [definition.path for definition in definitions] == [str(small), str(tmp_path / "second.yml")]


def test_a_file_that_is_named_twice_is_read_once(small: Path, tmp_path: Path) -> None:
    assert len(load_definitions([small, tmp_path, small, tmp_path / "." / "worker.yaml"], pack=False)) == 1


def test_text_is_kept_and_a_byte_order_mark_is_not(small: Path) -> None:
    small.write_bytes(b"\xef\xbb\xbf" + SMALL.encode())
    definition = load_definitions([small], pack=False).get("worker-leaving")
    assert definition is not None
    assert definition.text == SMALL


def test_a_higher_version_supersedes_from_its_date_on(small: Path, tmp_path: Path) -> None:
    later = SMALL.replace("version: 1", "version: 2").replace("2026-01-01", "2026-06-01")
    (tmp_path / "later.yaml").write_text(later)
    definitions = load_definitions([small, tmp_path], pack=False)
    assert [one.version for one in definitions.in_force(datetime(2026, 5, 31, tzinfo=UTC))] == [1]
    assert [one.version for one in definitions.in_force(datetime(2026, 6, 1, tzinfo=UTC))] == [2]


def refusal(*paths: Path) -> DefinitionInvalid:
    with pytest.raises(DefinitionInvalid) as refused:
        load_definitions(paths, pack=False)
    return refused.value


def test_one_version_in_two_files_names_both(small: Path, tmp_path: Path) -> None:
    second = tmp_path / "copy.yaml"
    second.write_text(SMALL)
    error = refusal(small, second)
    assert error.message == f"{second}:2: version 1 of worker-leaving stands in {small} already."
    assert error.hint == "Give this one a higher version: 2."


def test_a_version_of_the_pack_is_not_replaced_in_silence(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text((PACK / "time-to-bill.yaml").read_text(encoding="utf-8"))
    with pytest.raises(DefinitionInvalid, match="version 1 of time-to-bill stands in") as refused:
        load_definitions([mine])
    assert str(PACK / "time-to-bill.yaml") in refused.value.message
    assert refused.value.message.startswith(f"{mine}:")


def test_a_higher_version_that_takes_effect_earlier(small: Path, tmp_path: Path) -> None:
    second = tmp_path / "second.yaml"
    second.write_text(SMALL.replace("version: 1", "version: 2").replace("2026-01-01", "2025-12-31"))
    error = refusal(small, second)
    assert error.message == f"{second}:3: version 2 takes effect before version 1 ({small})."
    assert error.hint == "Write 2026-01-01T00:00:00+00:00 or later."


def test_a_process_keeps_its_root(small: Path, tmp_path: Path) -> None:
    second = tmp_path / "second.yaml"
    second.write_text(SMALL.replace("version: 1", "version: 2").replace("entity: worker", "entity: account"))
    assert f"{second}:5: the root was `worker` in version 1 ({small})" in refusal(small, second).message


def test_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SMALL.replace("impact: compliance", "impact: fun"))
    (tmp_path / "b.yaml").write_text("")
    absent = tmp_path / "c.yaml"
    message = refusal(tmp_path, absent).message
    assert message.startswith("3 mistakes in process definitions:")
    assert f"{tmp_path / 'a.yaml'}:4: `fun` is no impact." in message
    assert f"{tmp_path / 'b.yaml'}:1: the file is empty." in message
    assert f"{absent}:1: there is no such file or directory." in message


def test_a_file_that_is_not_utf_8(small: Path) -> None:
    small.write_bytes(SMALL.replace("workday", "wörkday").encode("latin-1"))
    assert f"{small}:6: the file is not UTF-8 here." in refusal(small).message


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    endless = tmp_path / "endless.yaml"
    endless.symlink_to(endless)
    assert "there is no such file" in refusal(endless).message


TOKENS = st.sampled_from(
    [
        *EVERY_KEY.split(),
        *(
            "[",
            "]",
            "{",
            "}",
            ":",
            "- ",
            "\n",
            "\n  ",
            "&a ",
            "*a",
            "!!int ",
            "!x ",
            "<<: ",
            "|\n",
            ">",
            "? ",
            "%YAML 1.1",
        ),
        *(
            "null",
            "~",
            "true",
            "0x1F",
            "1e9",
            ".inf",
            "2026-01-01",
            "0000-00-00",
            "---",
            "...",
            "\t",
            "\x00",
            "\ufeff",
            "'",
        ),
    ]
)
EDITS = st.lists(
    st.tuples(st.integers(0, len(EVERY_KEY)), st.integers(0, 30), TOKENS | st.text(max_size=8)), min_size=1, max_size=4
)


@settings(max_examples=400, deadline=None)
@given(EDITS)
def test_a_mutated_definition_is_read_or_refused_and_nothing_else(edits: list[tuple[int, int, str]]) -> None:
    text = EVERY_KEY
    for start, removed, inserted in edits:
        text = text[:start] + inserted + text[start + removed :]
    try:
        definition = parse_definition(text, "flow.yaml")
    except DefinitionInvalid as refused:
        assert "flow.yaml:" in refused.message  # noqa: PT017 - either outcome is right, and each is checked
        return
    for step in definition.steps:
        for name in filter(None, (step.of, step.due_from, step.settles)):
            assert definition.step(name) is not None
        assert (step.within is None) == (step.of is None)


@settings(max_examples=200, deadline=None)
@given(st.permutations(EVERY_KEY.splitlines()), st.integers(0, 60))
def test_shuffled_lines_are_read_or_refused_and_nothing_else(lines: list[str], kept: int) -> None:
    with suppress(DefinitionInvalid):
        parse_definition("\n".join(lines[:kept]), "flow.yaml")


OFFICE = "calendar: office\nzone: Europe/Berlin\n"


def test_a_file_that_begins_with_calendar_is_one(small: Path, tmp_path: Path) -> None:
    (tmp_path / "a-process.yaml").write_text(
        SMALL.replace("version: 1", "version: 2") + "calendar: office\nsla: {target: 3 business days}\n"
    )
    (tmp_path / "office.yaml").write_text(OFFICE)
    definitions = load_definitions([tmp_path], pack=False)
    assert [one.version for one in definitions] == [1, 2]
    assert definitions.calendars["office"].zone == "Europe/Berlin"
    assert "de-business-days" in definitions.calendars


def test_a_users_calendar_replaces_the_packs_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(OFFICE.replace("office", "de-business-days"))
    assert load_definitions([tmp_path]).calendars["de-business-days"].country == ""


def test_two_calendars_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(OFFICE)
    (tmp_path / "b.yaml").write_text(OFFICE)
    error = refusal(tmp_path)
    assert f"b.yaml:1: the calendar `office` stands in {tmp_path / 'a.yaml'} already" in error.message


def test_a_mistake_in_a_calendar_does_not_make_it_unknown(small: Path, tmp_path: Path) -> None:
    small.write_text(SMALL + "calendar: office\nsla: {target: 3 business days}\n")
    (tmp_path / "office.yaml").write_text(OFFICE + "weak: []\n")
    assert refusal(tmp_path).message.endswith("office.yaml:3: a calendar has no key `weak`.")
