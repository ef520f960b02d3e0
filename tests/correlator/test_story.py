"""What the story says of budgets and pauses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from spanledger_correlator.budget_use import BudgetMeter
from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.story import story

CLAIM = parse_definition("""
process: claim-flow
version: 1
effective_from: 2020-01-01
impact: client
entity: claim
relates_to: [account]
steps:
  - {step: claim.made, system: a, start: true}
  - {step: claim.asked, system: a, required: false}
  - {step: claim.checked, system: a, within: 4h, of: claim.made, tiers: [{when: {account.tier: gold}, within: 2h}]}
  - {step: claim.paid, system: a, end: true}
pauses: [{from: claim.asked, until: claim.checked}]
sla: {target: 10h, tiers: [{tier: gold, when: {account.tier: gold}, target: 5h}]}
""")
MADE = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def told(now: datetime, **changes: Any) -> dict[str, list[str]]:
    """The lines of the story by what they are about."""
    row: dict[str, Any] = {
        "Process": "claim-flow", "Version": 1, "RootType": "claim", "RootId": "C", "Status": "open", "Stuck": False,
        "WaitingFor": "claim.checked", "WaitingSince": MADE, "WhyKind": "", "DueAt": MADE + 2 * HOUR, "PausedAt": None,
        "Pauses": [], "Known": {"account.tier": "gold"}, "SlaState": "on_track", "SlaDueAt": MADE + 5 * HOUR,
        "SlaEndsAt": MADE + 5 * HOUR, "SlaTier": "gold", "Severity": "low", "SeverityRule": "", "Owner": "",
        "Currencies": [], "Amounts": [], "OpenAmounts": [], "ClientName": "", "StartedAt": MADE, "ClosedAt": None,
        "StepNames": [step.name for step in CLAIM.steps], "StepFirstSuccess": [MADE, None, None, None],
        "StepDoneAt": [MADE, None, None, None], "StepDone": [True, False, False, False],
        "StepRequired": [True, False, True, True], "StepDeadline": [None, None, MADE + 2 * HOUR, None],
    } | changes  # fmt: skip
    found: dict[str, list[str]] = {}
    for line in story(row, CLAIM, [], {}, now, BudgetMeter(row, CLAIM, {}, now)):
        found.setdefault(line.about, []).append(line.text)
    return found


def test_deadline_and_sla_say_their_tier_and_what_is_used() -> None:
    lines = told(MADE + HOUR)
    assert lines["deadline"] == [
        (
            "claim checked is due 2026-03-02 11:00:00 UTC: 2h from claim made on (2026-03-02 09:00:00 UTC) for account tier "
            "gold. 1 h of 2 h of its time are used (50.0 %)."
        )
    ]
    assert lines["sla"] == [
        "SLA: on track, due 2026-03-02 14:00:00 UTC, 5h for gold. 1 h of 5 h of its time are used (20.0 %)."
    ]
    everyone = told(MADE + HOUR, Known={}, SlaTier="")
    assert ": 4h from claim made on" in everyone["deadline"][0]
    assert " for gold" not in everyone["sla"][0]


def test_pauses_are_told() -> None:
    ended = {"From": MADE + HOUR, "Until": MADE + 2 * HOUR}
    lasting = {"From": MADE + 3 * HOUR, "Until": None}
    lines = told(MADE + 4 * HOUR, Pauses=[ended, lasting], PausedAt=MADE + 3 * HOUR, DueAt=None, SlaDueAt=None)
    assert lines["pause"] == [
        (
            "Its clocks stood still from 2026-03-02 10:00:00 UTC to 2026-03-02 11:00:00 UTC (1 h): it waited for someone "
            "outside."
        ),
        "Its clocks have stood still since 2026-03-02 12:00:00 UTC: it waits for someone outside.",
    ]
    assert lines["sla"][0].startswith("SLA: on track, its clock stands still, 5h for gold.")
    assert "pause" not in told(MADE + HOUR, Pauses=[lasting])
