"""docs/replays.md names every finding and every state there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from spanledger_api.replays.evidence import Facts, weigh
from spanledger_api.replays.replay import STATE_WORDS
from tests.api.replays.test_evidence import facts

PAGE = (Path(__file__).parents[3] / "docs" / "replays.md").read_text(encoding="utf-8")
FINDINGS = dict(re.findall(r"^\| `(\w+)` \| (safe|duplicate_risk|unsafe) \|", PAGE, re.MULTILINE))


@given(facts, st.booleans())
@settings(max_examples=300)
def test_every_finding_is_documented_with_its_verdict(known: Facts, vouched: bool) -> None:
    for one in weigh(known, ["period_closed"] if vouched else []):
        softened = {"duplicate_risk"} if one.code == "period_closed" else {"safe"}
        guarded = one.code in {"effect_unknown", "may_exist", "period_closed"}
        assert one.verdict == FINDINGS[one.code] or (guarded and {one.verdict} == softened)


def test_every_state_is_documented() -> None:
    table = PAGE.split("| state | |", 1)[1].split("\n\n", 1)[0]
    assert dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.MULTILINE)) == dict(STATE_WORDS)
