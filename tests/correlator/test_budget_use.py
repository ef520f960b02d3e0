"""How much of a budget is used: held to a walk minute by minute, and to the moments that kept states speak of."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from spanledger_correlator.budget_use import COLUMNS, BudgetMeter
from spanledger_correlator.definition.loading import parse_calendar, parse_definition
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.reading import Reading

from .calendar_oracle import works_at
from .span_rows import EPOCH, SpanRow
from .telling import Found, told

__all__ = ["DEFINITIONS"]

MINUTE = timedelta(minutes=1)
BERLIN = parse_calendar('{calendar: berlin, zone: Europe/Berlin, hours: "09:00-17:30", holidays: {country: DE}}')
FLOW = """
process: claim-flow
version: 1
effective_from: 1970-01-01
impact: client
entity: claim
relates_to: [account]
calendar: berlin
steps:
  - {step: claim.made, system: a, start: true}
  - {step: claim.asked, system: a, required: false, many: true}
  - {step: claim.answered, system: a, required: false, many: true}
  - {step: claim.checked, system: a, within: 100m, of: claim.made, tiers: [{when: {account.tier: gold}, within: 50m}]}
  - {step: claim.paid, system: a, within: 4 business hours, of: claim.made, end: true}
  - {step: claim.filed, system: a, within: 10 days, of: claim.made, due_from: claim.checked}
pauses:
  - {from: claim.asked, until: claim.answered}
sla:
  target: 4 business hours
  at_risk_at: 75%
  tiers: [{tier: gold, when: {account.tier: gold}, target: 2 business hours}]
"""
FLOW_DEFINITION = parse_definition(FLOW, calendars={"berlin": BERLIN})
DEFINITIONS = Definitions([FLOW_DEFINITION], [BERLIN])
KEY = "claim-flow/C"
LENGTH = len(FLOW_DEFINITION.steps)


def claim(name: str, step: str, at: float, **more: Any) -> SpanRow:
    return SpanRow(name, f"claim.{step}", at, (("claim", "C"),), trace="t").having(**more)


def meter(found: Found, at: float) -> BudgetMeter:
    """The meter of the told claim at a minute."""
    clock = EPOCH + timedelta(minutes=at)
    reading = Reading(found.ledger.store, DEFINITIONS, found.tenant, now=clock)
    (row,) = reading.store.rows(f"SELECT {COLUMNS} FROM {reading.relation.sql}", reading.relation.parameters)
    return BudgetMeter(row, FLOW_DEFINITION, DEFINITIONS.calendars, clock)


def percents(found: Found, at: float, *steps: str) -> list[Decimal | None]:
    uses = [meter(found, at).step(f"claim.{step}") for step in steps]
    return [None if use is None else use.percent for use in uses]


# EPOCH is a Monday, 10:00 in Berlin: 450 working minutes are left of the day.
@told([claim("a", "made", 0)])
def test_time_elapses_or_is_worked_as_the_definition_counts(found: Found) -> None:
    assert percents(found, 50, "checked", "paid", "filed") == [Decimal(50), Decimal("20.8"), Decimal("0.3")]
    assert percents(found, 50, "made", "asked", "unheard_of") == [None, None, None]
    assert percents(found, 230, "checked", "paid") == [Decimal(230), Decimal("95.8")]
    use = meter(found, 24 * 60).sla
    assert use is not None
    assert (use.working, use.used, use.budget) == (True, 510 * MINUTE, 240 * MINUTE)
    assert (use.text, use.tier, use.paused) == ("4 business hours", "", timedelta())


@told([claim("a", "made", 0), claim("w", "asked", 20), claim("x", "answered", 50), claim("y", "asked", 60)])
def test_a_pause_stands_still(found: Found) -> None:
    assert percents(found, 20, "checked") == [Decimal(20)]
    assert percents(found, 45, "checked") == [Decimal(20)]
    assert percents(found, 60, "checked") == [Decimal(30)]
    assert percents(found, 5000, "checked", "paid") == [Decimal(30), Decimal("12.5")]
    use = meter(found, 100).step("claim.checked")
    assert use is not None
    assert use.paused == 70 * MINUTE


@told(
    [
        claim("k", "made", 0, entities=(("claim", "C"), ("account", "A")), attributes=(("account", "tier", "gold"),)),
        claim("c", "checked", 40),
    ]
)
def test_what_is_done_uses_no_more_and_a_tier_has_its_own(found: Found) -> None:
    use, whole = meter(found, 90).step("claim.checked"), meter(found, 90).sla
    assert use is not None
    assert whole is not None
    assert (use.percent, use.tier, use.text, use.anchor) == (Decimal(80), "account tier gold", "50m", "claim.made")
    assert (whole.percent, whole.tier, whole.at_risk) == (Decimal(75), "gold", True)
    assert not (meter(found, 89.99).sla or whole).at_risk
    assert found.at(89.99)[KEY]["SlaState"] == "on_track"
    assert found.at(90)[KEY]["SlaState"] == "at_risk"


@told([claim("a", "made", 0), claim("c", "checked", 40, due_at=440)])
def test_a_date_that_a_span_stated_has_no_budget_of_the_definition(found: Found) -> None:
    use = meter(found, 110).step("claim.filed")
    assert use is not None
    assert (use.budget, use.percent, use.text, use.working) == (440 * MINUTE, Decimal(25), "", False)


@told([claim("a", "made", 0)])
def test_a_step_is_at_risk_from_the_share_on(found: Found) -> None:
    assert [found.at(at).step(KEY, "claim.checked")["sla"] for at in (74.9, 75, 100, 100.1)] == [
        "on_track",
        "at_risk",
        "at_risk",
        "breached",
    ]


@told([claim("a", "made", 0), claim("w", "asked", 74), claim("x", "answered", 80), claim("y", "asked", 200)])
def test_a_paused_step_does_not_come_to_be_at_risk(found: Found) -> None:
    assert [found.at(at).step(KEY, "claim.checked")["sla"] for at in (79, 80.9, 81)] == [
        "on_track",
        "on_track",
        "at_risk",
    ]


@pytest.mark.parametrize("seed", range(60))
def test_any_budget_is_what_a_walk_minute_by_minute_counts(seed: int) -> None:
    dice = random.Random(seed)
    start = datetime(2026, 3, 26, tzinfo=UTC) + dice.randrange(6000) * MINUTE
    moments = [start + dice.randrange(4000) * MINUTE for _ in range(6)]
    clock, end, *rest = moments
    edges = sorted(rest)
    pauses: list[tuple[datetime, datetime | None]] = list(zip(edges[::2], edges[1::2], strict=True))
    if dice.random() < 0.4:
        pauses[-1] = (pauses[-1][0], None)
    row: dict[str, Any] = {
        "Status": "open",
        "Known": {},
        "Pauses": [{"From": one, "Until": to} for one, to in pauses],
        "PausedAt": None,
        "SlaTier": "",
        "SlaEndsAt": end,
        "StartedAt": start,
        "ClosedAt": None,
        "StepFirstSuccess": [start, *[None] * (LENGTH - 1)],
        "StepDoneAt": [None] * LENGTH,
        "StepDeadline": [end] * LENGTH,
        "StepRequired": [True] * LENGTH,
        "StepDone": [False] * LENGTH,
    }
    found = BudgetMeter(row, FLOW_DEFINITION, DEFINITIONS.calendars, clock)

    def walked(to: datetime, working: bool, open_too: bool) -> timedelta:
        count, moment = 0, start
        while moment < to:
            paused = any(one <= moment and (moment < until if until else open_too) for one, until in pauses)
            count += not paused and (not working or works_at(moment, BERLIN))
            moment += MINUTE
        return count * MINUTE

    for use, working in ((found.sla, True), (found.step("claim.paid"), True), (found.step("claim.checked"), False)):
        assert use is not None
        assert (use.used, use.budget) == (walked(clock, working, True), walked(end, working, False))
        assert use.at_risk == (use.used * 4 >= use.budget * 3)
