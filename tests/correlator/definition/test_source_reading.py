"""Source files: what they say, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.durations import HOUR_NS, MINUTE_NS
from spanledger_correlator.definition.loading import load_definitions, parse_source
from spanledger_correlator.definition.source_model import Rhythm
from spanledger_correlator.definition.source_reading import SOURCE
from spanledger_store.errors import DefinitionInvalid

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
PLAIN = "source: feed\neffective_from: 2026-10-01\nsystem: erp\nowner: erp-team\nevery: 1h\n"


def test_the_documented_example_says_what_it_says() -> None:
    rule = parse_source(PAGE.split("```yaml\n", 1)[1].split("```", 1)[0])
    assert rule.rhythm == Rhythm(Calendar("", "Europe/Berlin"), every_ns=4 * HOUR_NS)
    assert (rule.systems, rule.steps) == (("netsuite",), ("invoice.posted", "invoice.voided"))
    assert (rule.grace_ns, rule.owner, rule.severity) == (30 * MINUTE_NS, "erp-team", "high")


def test_each_key_has_one_line_in_the_order_of_the_grammar() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(SOURCE)


def test_a_source_stands_among_the_definitions(tmp_path: Path) -> None:
    (tmp_path / "feed.yaml").write_text(PLAIN)
    assert [source.name for source in load_definitions([tmp_path]).sources] == ["feed"]


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(PLAIN)
    with pytest.raises(DefinitionInvalid, match=r"b\.yaml:1: the source `feed` stands in .*a\.yaml already"):
        load_definitions([tmp_path])


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (PLAIN.replace("every: 1h", "every: 30s"), "5: a rhythm of less than a minute is not watched. Write `1m`"),
        (PLAIN.replace("every: 1h", "daily_by: 6"), '5: `6` is no time of day. Write "06:00"'),
        (PLAIN.replace("every: 1h\n", ""), "1: a source reports `every` so often or `daily_by` a time of day"),
        (PLAIN + "daily_by: '06:00'", "6: a source reports `every` so often or `daily_by`"),
        (PLAIN + "zone: Europe/Bonn", "6: `Europe/Bonn` is no time zone."),
        (PLAIN + "days: [mondy]", "6: `mondy` is no day of the week. Did you mean `monday`?"),
        (
            PLAIN + "calendar: de-busines-days",
            "6: there is no calendar `de-busines-days`. Did you mean `de-business-days`?",
        ),
        (PLAIN + "calendar: de-business-days\nzone: UTC", "7: the calendar says which zone count. Take `zone` out"),
        (PLAIN + "severity: bad", "6: `bad` is no severity."),
        (PLAIN + "sytem: erp", "6: a source has no key `sytem`. Did you mean `system`?"),
        (PLAIN.replace("system: erp\n", ""), "1: a source says nothing of whose spans it means"),
        (PLAIN.replace("owner: erp-team\n", ""), "1: a source needs the key `owner`"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, refusal: str) -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        parse_source(text, "feed.yaml")
    assert refusal in f"{refused.value.message} {refused.value.hint}".removeprefix("feed.yaml:")
