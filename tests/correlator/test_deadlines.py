"""Deadlines by calendars, months, cut-offs, tiers and pauses, held to a slow calendar that walks day by day."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from spanledger_correlator.definition.loading import parse_calendar, parse_definition
from spanledger_correlator.definition.model import Definitions

from .calendar_oracle import due
from .span_rows import EPOCH, SpanRow
from .telling import Found, told

__all__ = ["DEFINITIONS"]

BERLIN = parse_calendar("""
calendar: berlin
zone: Europe/Berlin
hours: "09:00-17:30"
holidays: {country: DE, subdivision: BE}
closed: [2026-12-24]
""")
NEW_YORK = parse_calendar("""
calendar: new-york
zone: America/New_York
hours: "08:00-24:00"
holidays: {country: US}
""")
SYDNEY = parse_calendar("{calendar: sydney, zone: Australia/Lord_Howe, week: [sunday, monday, tuesday, saturday]}")
KATHMANDU = parse_calendar("{calendar: kathmandu, zone: Asia/Kathmandu, week: [sunday, monday, friday]}")
STORED = datetime(2080, 1, 1, tzinfo=UTC)
"""What happens later than it is stored counts as happening then."""
CALENDARS = {calendar.name: calendar for calendar in (BERLIN, NEW_YORK, SYDNEY, KATHMANDU)}
BUDGETS = (
    "30 calendar days",
    "1 business day",
    "3 business days",
    "17 business days",
    "90 business minutes",
    "40 business hours",
    "1 month",
    "1 year 2 months",
    "2 months 3 days 5h",
    "month end",
    "3 business days after month end",
    "10 days after quarter end",
    "2 business hours after year end",
    "1 month after quarter end",
)


def flow(calendar: str) -> str:
    steps = "\n".join(
        f"  - {{step: {calendar.replace('-', '_')}.step_{number}, system: a, within: {budget}, of: start.made}}"
        for number, budget in enumerate(BUDGETS)
    ).replace("start.made", f"{calendar.replace('-', '_')}.made")
    return f"""
process: {calendar}-flow
version: 1
effective_from: 1970-01-01
impact: client
entity: {calendar.replace("-", "_")}
calendar: {calendar}
steps:
  - {{step: {calendar.replace("-", "_")}.made, system: a, start: true}}
{steps}
sla: {{target: 8 business hours}}
"""


WAITING = """
process: waiting-flow
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
  - {step: claim.checked, system: a, within: 60m, of: claim.made, tiers: [{when: {account.tier: gold}, within: 30m}]}
  - {step: claim.paid, system: a, within: 4 business hours, of: claim.made, due_from: claim.checked, end: true}
pauses:
  - {from: claim.asked, until: claim.answered}
sla:
  target: 100m
  at_risk_at: 50%
  tiers: [{tier: gold, when: {account.tier: gold}, target: 50m}]
severity: [{high: {sla: breached}}, {low: {}}]
"""
DEFINITIONS = Definitions(
    [parse_definition(text, calendars=CALENDARS) for text in (*map(flow, CALENDARS), WAITING)], CALENDARS.values()
)
KEY = "waiting-flow/C"


def claim(name: str, step: str, at: float, **more: Any) -> SpanRow:
    return SpanRow(name, f"claim.{step}", at, (("claim", "C"),), trace="t").having(**more)


# What walking finds is worth little at random: most days are like any other. These are not.
EDGES = (
    "1970-01-05 10:00", "1999-12-31 23:59", "2000-02-28 12:00", "2024-01-31 09:30", "2024-02-29 16:00",
    "2026-03-27 15:00", "2026-03-28 01:30", "2026-03-28 02:15", "2026-03-29 00:59", "2026-03-29 01:00",
    "2026-04-02 20:00", "2026-04-05 14:40", "2026-10-24 00:30", "2026-10-25 00:30", "2026-10-25 01:30",
    "2026-10-31 05:30", "2026-11-01 05:30", "2026-11-01 06:30", "2026-12-23 17:00", "2026-12-31 22:30",
    "2026-12-31 23:30", "2027-01-01 04:59", "2027-03-14 06:59", "2027-03-13 07:30", "2027-06-30 18:15",
)  # fmt: skip


def anchors(seed: int, count: int) -> list[datetime]:
    """Every edge, and random minutes of a hundred years."""
    dice = random.Random(seed)
    first = datetime(1971, 1, 1, tzinfo=UTC)
    return [
        *(datetime.fromisoformat(f"{edge}+00:00") for edge in EDGES),
        *(first + timedelta(minutes=dice.randrange(97 * 365 * 24 * 60)) for _ in range(count)),
    ]


def made(calendar: str, moments: list[datetime]) -> list[SpanRow]:
    kind = calendar.replace("-", "_")
    return [
        SpanRow(
            f"{kind}-{number}",
            f"{kind}.made",
            (moment - EPOCH) / timedelta(minutes=1),
            ((kind, str(number)),),
            stored_at=STORED,
        )
        for number, moment in enumerate(moments)
    ]


ANCHORS = anchors(1, 25)


@told([span for name in CALENDARS for span in made(name, ANCHORS)])
def test_deadlines_are_those_of_a_slow_calendar(found: Found) -> None:
    rows = found.rows()
    for name, calendar in CALENDARS.items():
        definition = DEFINITIONS.get(f"{name}-flow")
        assert definition is not None
        for number, anchor in enumerate(ANCHORS):
            wanted = [
                None if step.within is None else (due(anchor, step.within, calendar) - EPOCH) / timedelta(minutes=1)
                for step in definition.steps
            ]
            row = rows[f"{name}-flow/{number}"]
            wrong = [
                (anchor, budget, actual, right)
                for budget, actual, right in zip(("", *BUDGETS), row["StepDeadline"], wanted, strict=True)
                if actual != right
            ]
            assert wrong == [], name


YEARS = [datetime(year, 6, 15, 12, tzinfo=UTC) for year in (1948, 2075)]


@told(made("berlin", YEARS))
def test_outside_the_years_of_a_calendar_every_day_and_hour_counts(found: Found) -> None:
    for number, year in enumerate(YEARS):
        row = found[f"berlin-flow/{number}"]
        deadlines = {
            budget: EPOCH + timedelta(minutes=minutes) - year
            for budget, minutes in zip(BUDGETS, row["StepDeadline"][1:], strict=True)
        }
        assert deadlines["17 business days"] == timedelta(days=17)
        assert deadlines["40 business hours"] == timedelta(hours=40)
        assert deadlines["1 month"] == timedelta(days=30)
        assert deadlines["month end"] == timedelta(days=15, hours=12)


# EPOCH is a Monday, 10:00 in Berlin.
@told([claim("a", "made", 0), claim("w", "asked", 20), claim("x", "answered", 50)])
def test_a_pause_moves_what_is_left(found: Found) -> None:
    assert found.step(KEY, "claim.checked")["deadline"] == 90
    assert found.step(KEY, "claim.paid")["deadline"] == 4 * 60 + 30
    assert found[KEY]["SlaDueAt"] == 130
    assert [found.at(at)[KEY]["SlaState"] for at in (79.9, 80, 130, 130.1)] == [
        "on_track",
        "at_risk",
        "at_risk",
        "breached",
    ]


@told([claim("a", "made", 0), claim("w", "asked", 70), claim("x", "answered", 80), claim("y", "asked", 130)])
def test_a_pause_after_the_deadline_moves_nothing(found: Found) -> None:
    assert found.step(KEY, "claim.checked")["deadline"] == 60
    assert found[KEY]["SlaDueAt"] == 110
    assert found.at(200)[KEY]["SlaState"] == "breached"


@told([claim("a", "made", 0), claim("w", "asked", 20)])
def test_while_it_waits_for_someone_outside_nothing_becomes_due(found: Found) -> None:
    row = found.at(10_000)[KEY]
    assert (row["Paused"], row["PausedAt"], row["Stuck"], row["DueAt"]) == (True, 20, False, None)
    assert (row["SlaState"], row["SlaDueAt"]) == ("on_track", None)
    assert found.exceptions(KEY) == {}
    assert not found.at(10)[KEY]["Paused"]


@told([claim("a", "made", 0), claim("w", "asked", 65)])
def test_what_was_due_before_the_wait_stays_overdue(found: Found) -> None:
    assert found.exceptions(KEY) == {("overdue_step", "claim.checked"): 60}
    assert found[KEY]["SlaState"] == "at_risk"


@told(
    [claim("w", "asked", 10), claim("a", "made", 20), claim("v", "asked", 25), claim("x", "answered", 30)],
    [claim("y", "asked", 30), claim("z", "answered", 45), claim("f", "answered", 28, outcome="failure")],
)
def test_a_pause_ends_with_the_next_answer_and_counts_from_the_anchor_on(found: Found) -> None:
    assert found.step(KEY, "claim.checked")["deadline"] == 20 + 60 + 10
    assert found.ledger.store.query(
        "SELECT length(Pauses) FROM transactions FINAL WHERE Tenant = {tenant:String}", {"tenant": found.tenant}
    ).result_rows == [(1,)]


@told(
    [
        claim("a", "made", 0),
        claim("w", "asked", 20),
        claim("x", "answered", 50),
        claim("u", "asked", 60, outcome="compensated"),
    ]
)
def test_a_pause_that_was_undone_is_none(found: Found) -> None:
    assert found.step(KEY, "claim.checked")["deadline"] == 60


# 16:30 on a Friday until 9:30 on Monday: two and a half working hours... of a day that closes at 17:30.
FRIDAY = 4 * 24 * 60 + 6.5 * 60
MONDAY = 7 * 24 * 60 - 30


@told([claim("a", "made", FRIDAY), claim("w", "asked", FRIDAY + 30), claim("x", "answered", MONDAY)])
def test_a_pause_of_working_time_is_as_long_as_it_works(found: Found) -> None:
    # Half an hour is used; of the pause an hour works; the rest, three and a half hours, begins on Monday.
    assert found.step(KEY, "claim.paid")["deadline"] == MONDAY + 3.5 * 60


@told(
    [
        claim("k", "made", 0, entities=(("claim", "C"), ("account", "A")), attributes=(("account", "tier", "gold"),)),
        claim("w", "asked", 10),
        claim("x", "answered", 15),
    ]
)
def test_the_first_tier_whose_conditions_hold_counts(found: Found) -> None:
    assert found.step(KEY, "claim.checked")["deadline"] == 35
    assert (found[KEY]["SlaDueAt"], found[KEY]["SlaTier"]) == (55, "gold")


@told(
    [claim("a", "made", 0), claim("c", "checked", 5, due_at=100), claim("w", "asked", 20), claim("x", "answered", 50)]
)
def test_a_stated_due_date_is_paused_too(found: Found) -> None:
    assert found.step(KEY, "claim.paid")["deadline"] == 130


@told([claim("a", "made", 0), claim("w", "asked", 20), claim("c", "checked", 900), claim("p", "paid", 1000)])
def test_what_is_done_during_a_pause_is_in_time(found: Found) -> None:
    row = found[KEY]
    assert (row["Status"], row["SlaState"], row["Paused"]) == ("completed", "met", False)
    assert found.step(KEY, "claim.paid")["sla"] == "met"
