"""What deadlines, tiers, pauses and calendars may not say: told with its line, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanledger_correlator.definition.loading import parse_definition
from spanledger_store.errors import DefinitionInvalid

VALID = Path(__file__).with_name("every_key.yaml").read_text()
NO_CALENDAR = VALID.replace("calendar: de-business-days\n", "").replace("    calendar: us-business-days\n", "")
MONTH_END = "3 business days after month end"


def refusal(text: str) -> DefinitionInvalid:
    with pytest.raises(DefinitionInvalid) as refused:
        parse_definition(text, "flow.yaml")
    return refused.value


@pytest.mark.parametrize(
    ("old", "new", "what", "hint"),
    [
        ("calendar: de-business-days", "calendar: de-busines-days", "there is no calendar `de-busines", "`de-business-days`"),
        ("calendar: us-business-days", "calendar: moon", "there is no calendar `moon`", "Write one of: de-business-days"),
        ("    within: 3 business days after month end\n    of: invoice.posted\n    calendar", "    calendar", "counts no deadline here", "take it out"),
        ("within: 3 business days after month end\n    of: invoice.posted\n    calendar: us-business-days\n", "system2: x\n", "a step has no key `system2`", "`system`"),
        ("    within: 3 business days after month end\n    of: invoice.posted\n    calendar: us-business-days\n", "", "`tiers` state other deadlines", "Add `within:`"),
        ("within: 8 business hours}", "within: 8 bank hours}", "`8 bank hours` is not a duration", "`4h`"),
        ("within: 8 business hours}", "target: 8 business hours}", "a step's tier has no key `target`", "when, within"),
        ("{when: {account.tier: platinum}, within", "{when: {client.tier: platinum}, within", "does not name: `client`", "relates_to"),
        ("within: 3 business days after", "within: 0 business days before", "is no working time", "3 business days"),
        ("until: invoice.cleared", "until: invoice.cleered", "a pause names no step: `invoice.cleered`", "`invoice.cleared`"),
        ("from: invoice.disputed", "from: dispute.opened", "a pause names no step: `dispute.opened`", "`required: false`"),
        ("until: invoice.cleared", "until: invoice.disputed", "begins and ends with `invoice.disputed`", "ends the wait"),
        ("until: invoice.cleared", "unil: invoice.cleared", "a pause has no key `unil`", "`until`"),
        ("{from: invoice.disputed, until", "{until", "a pause needs the key `from`", "Add `from:`"),
        ("{tier: platinum, when", "{tier: 5, when", "`tier` must be a text", "in quotes"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_what_to_write_instead(old: str, new: str, what: str, hint: str) -> None:
    assert old in VALID
    error = refusal(VALID.replace(old, new, 1))
    line = 1 + VALID[: VALID.index(old)].count("\n")
    assert any(error.message.find(f"flow.yaml:{line + more}: ") >= 0 for more in (0, 1, 2, 3)), error.message
    assert what in error.message
    assert hint in f"{error.message} {error.hint}"


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("8 business hours", "`8 business hours` counts working time, and no calendar says what that is", "write `8h`"),
        ("3 business days", "`3 business days` counts working time", "or write `3 calendar days`"),
        (
            "5 days after quarter end",
            "begins at the end of a quarter, and no calendar says in which zone",
            "`calendar:`",
        ),
    ],
)
def test_working_time_and_cut_offs_need_a_calendar(text: str, what: str, hint: str) -> None:
    for written in (MONTH_END, "8 business hours"):
        other = {MONTH_END: "8 business hours", "8 business hours": MONTH_END}[written]
        error = refusal(NO_CALENDAR.replace(other, "4h").replace(written, text))
        assert what in error.message
        assert hint in error.hint


def test_months_need_no_calendar() -> None:
    text = NO_CALENDAR.replace(MONTH_END, "2 months").replace("8 business hours", "1 month")
    assert parse_definition(text).step("invoice.booked") is not None


def test_deadlines_in_a_circle() -> None:
    error = refusal(VALID.replace("    one_per: billing_event", "    within: 1h\n    of: invoice.synced_to_crm"))
    assert "deadlines run in a circle" in error.message
    for step in ("invoice.generated", "invoice.posted", "invoice.synced_to_crm"):
        assert f"`{step}`" in error.message
