"""Reconciliation files: what they say, and what is refused."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from spanledger_correlator.definition.durations import Budget
from spanledger_correlator.definition.loading import load_definitions, parse_reconciliation
from spanledger_correlator.definition.reconciliation_model import Side
from spanledger_correlator.definition.reconciliation_reading import RECONCILIATION
from spanledger_store.errors import DefinitionInvalid

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "reconciliation.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "flows" / "approved-hours-posted.yaml"
RULE = "sum(a.made.amount) == sum(b.made.amount) by day"
PLAIN = f"reconciliation: check\nrule: {RULE}\nowner: finance\n"


def test_the_documented_example_is_the_one_among_the_examples() -> None:
    text = PAGE.split("```yaml\n", 1)[1].split("```", 1)[0]
    assert text == EXAMPLE.read_text(encoding="utf-8")
    rule = parse_reconciliation(text)
    assert (rule.left, rule.right) == (Side("time_entry.approved", "quantity"), Side("time_entry.posted", "quantity"))
    assert (rule.keys, rule.period, rule.period_of) == (("project",), "month", "left")
    assert (rule.absolute, rule.percent) == (Decimal("0.25"), Decimal("0.001"))
    assert (rule.grace, rule.calendar.name) == (Budget(business_days=3), "de-business-days")
    assert rule.rule in text


def test_each_key_has_one_line_in_the_order_of_the_grammar() -> None:
    section = PAGE.split("## The keys", 1)[1].split("\n## ", 1)[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(RECONCILIATION)


def test_it_stands_among_the_definitions() -> None:
    (rule,) = load_definitions([EXAMPLE]).reconciliations
    assert rule.name == "approved-hours-posted"


@pytest.mark.parametrize(
    ("rule", "refusal"),
    [
        ("sum(a.made.amount) == sum(b.made.amount)", "2: a rule is two sides and what they are compared by"),
        ("sum(a.made.amount) by day", "2: a rule is two sides and what they are compared by"),
        ("sum(a.made.amount) == sum(b.made.amount) by project", "2: a rule compares by one period. End it with one of"),
        ("sum(a.made) == sum(b.made.amount) by day", "has nothing to add up. Write `sum(a.made.amount)`, or `count(a"),
        ("sum(a.made.amont) == sum(b.made.amount) by day", "has nothing to add up. Did you mean `amount`?"),
        ("count(a.made.amount) == count(b.made) by day", "counts a value. Write `count(a.made)`, or `sum(a.made."),
        ("sum(a.made.amount) == count(b.made) by day", "sum(a.made.amount) and count(b.made) are of two kinds"),
        ("total(a.made) == count(b.made) by day", "`total(a.made)` is neither a sum nor a count. Write `sum("),
        ("count(a.made) == count(b.made) by Project, day", "`Project` is nothing to compare by"),
    ],
)
def test_a_mistake_in_the_rule_is_told(rule: str, refusal: str) -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        parse_reconciliation(PLAIN.replace(RULE, rule), "check.yaml")
    assert refusal in f"{refused.value.message} {refused.value.hint}"


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ("tolerance: {absolute: 1 EUR}", "4: `1 EUR` is no number."),
        ("tolerance: {percent: 0.5}", "4: `0.5` is no share. Write per cent"),
        ("grace: 2 months", "4: a grace counts hours, days or business days"),
        ("period_of: left", "4: a b has no period of a a"),
        ("calender: x", "4: a reconciliation has no key `calender`. Did you mean `calendar`?"),
    ],
)
def test_a_mistake_elsewhere_is_told_with_its_line(more: str, refusal: str) -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        parse_reconciliation(PLAIN + more, "check.yaml")
    assert refusal in f"{refused.value.message} {refused.value.hint}"
