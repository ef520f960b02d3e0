from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from spanledger_server.backfill.errors import MappingInvalid
from spanledger_server.backfill.mapping import Mapping
from spanledger_server.backfill.mapping_file import load_mapping
from spanledger_server.cli.main import build

GOOD = """\
system: sap
event_id: "{id}"
time: {column: at, start: from, zone: Europe/Amsterdam, format: "%d.%m.%Y"}
step:
  from: activity
  names:
    Post: invoice.posted
    Fail: {step: invoice.posted, outcome: failure, error: validation}
  other: skip
entities:
  invoice: "{doc}_{item}"
  time_entry: {list: entries, separator: ";"}
objects: {column: objects, types: {permit: permit}}
amount: {value: "{net}", currency: EUR, steps: [invoice.posted]}
attributes: {account.tier: "{tier}", account.name: {value: "{name}", steps: [invoice.posted]}}
id_scope: "{company}"
span_attributes: {enduser.id: "{user}"}
where: [{column: lifecycle, in: [complete]}]
csv: {delimiter: ";"}
"""

Write = Callable[[str, str], Path]


def test_says_which_columns_it_needs(write: Write) -> None:
    mapping, text = load_mapping(write("m.yaml", GOOD))
    assert text == GOOD
    assert mapping.text_columns() == {
        *("id", "at", "from", "activity", "doc", "item", "net", "tier", "name", "company", "user", "lifecycle")
    }
    assert mapping.list_columns() == {"entries": ";", "objects": None}


def complaint(write: Write, text: str) -> str:
    path = write("m.yaml", text)
    with pytest.raises(MappingInvalid) as caught:
        load_mapping(path)
    return str(caught.value).replace(f"{path}:", "")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("system: sap\n", "", "1: `system` is missing; add `system:`"),
        ("where:", "were:", "18: there is no key `were` here; did you mean `where`?"),
        ("invoice.posted\n", "posted\n", "7: `posted` in `step.names.Post.step` must be two words with a dot"),
        ("outcome: failure", "outcome: failed", "8: `step.names.Fail.outcome`: input should be 'success', 'failure'"),
        ("other: skip", "other: drop", "9: `step.other`: input should be 'refuse' or 'skip'"),
        ("{doc}_{item}", "invoice", "11: `entities.invoice`: `invoice` names no column"),
        ("{doc}_{item}", "{doc_{item}", "11: `entities.invoice`: `{doc_{item}` has a brace"),
        ("  invoice:", "  Invoice:", "11: `Invoice` in `entities.Invoice` must be lower-case letters"),
        ("Amsterdam", "Amsterdom", "3: `time.zone`: there is no time zone `Europe/Amsterdom`"),
        ("lifecycle, in: [complete]", "lifecycle", "18: `where.0`: write either `in:` or `not_in:`"),
        ("enduser.id", "business.step", "1: `the mapping`: `business.step` has a key of its own"),
        ("system: sap", "system: sap\nsystem: erp", "2: `system` stands here twice, first on line 1"),
        ('delimiter: ";"', "delimiter: semicolon", "19: `csv.delimiter`: string should have at most 1 character"),
        ("{id}", "id", "2: `event_id`: `id` names no column; every row would get the same. Write `{id}`"),
    ],
)
def test_a_mistake_has_its_line_and_what_to_write(write: Write, old: str, new: str, expected: str) -> None:
    assert expected in complaint(write, GOOD.replace(old, new, 1))


def test_all_mistakes_at_once(write: Write) -> None:
    text = GOOD.replace("where:", "were:").replace("other: skip", "other: drop")
    assert len(complaint(write, text).splitlines()) == 2


def test_needs_an_entity_and_a_step_with_a_dot(write: Write) -> None:
    assert "name at least one entity" in complaint(write, "system: a\ntime: t\nstep: 'a.{b}'\n")
    text = "system: a\ntime: t\nstep: '{b}'\nentities: {a: '{a}'}\n"
    assert "`step` must make `<entity>.<past participle>`" in complaint(write, text)


@pytest.mark.parametrize("text", ["", "- a\n", "just text\n"])
def test_a_file_that_is_no_mapping(write: Write, text: str) -> None:
    assert "a mapping holds keys and values" in complaint(write, text)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MappingInvalid, match="there is no such file"):
        load_mapping(tmp_path / "none.yaml")


def test_the_mapping_in_the_help_is_a_mapping(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build(["backfill"])(["backfill", "--help"], prog_name="spanledger")
    lines = capsys.readouterr().out.splitlines()
    first = next(row for row, line in enumerate(lines) if line.strip() == "system: sap")
    shown = lines[first : lines.index("", first)]
    load_mapping(write("help.yaml", "\n".join(line[6:] for line in shown)))


def test_the_mapping_in_the_documentation_is_a_mapping_and_its_table_names_every_key(write: Write) -> None:
    page = (Path(__file__).parents[3] / "docs" / "backfill.md").read_text(encoding="utf-8")
    load_mapping(write("docs.yaml", page.split("```yaml\n")[1].split("```", maxsplit=1)[0]))
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == set(Mapping.model_fields)
