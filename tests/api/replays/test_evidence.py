"""What is found about a replay, over every combination of what can be known, against the rules in docs/replays.md."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanledger.attributes import ERROR_KINDS
from spanledger_api.access.principal import Principal
from spanledger_api.replays import approval
from spanledger_api.replays.evidence import Facts, verdict_of, weigh
from spanledger_correlator.definition.amounts import parse_amount_test
from spanledger_correlator.definition.model import Rate
from spanledger_correlator.rates import RatesOfDay

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def attempt(minute: int, outcome: str, error: str, key: str, retryable: bool | None) -> dict[str, Any]:
    """A span of the step, as `spans.read` gives it."""
    return {
        "TraceId": f"{minute:032x}", "SpanId": f"{minute:016x}", "Outcome": outcome, "ErrorKind": error,
        "IdempotencyKey": key, "ErrorRetryable": retryable, "Happened": START + timedelta(minutes=minute),
    }  # fmt: skip


@st.composite
def all_facts(draw: st.DrawFn) -> Facts:
    """Whatever can be known: a failed attempt, perhaps a success after it, and what is around."""
    failed = attempt(
        0,
        draw(st.sampled_from(["failure", "rejected"])),
        draw(st.sampled_from(["", *ERROR_KINDS])),
        draw(st.sampled_from(["", "K1"])),
        draw(st.sampled_from([None, True, False])),
    )
    later = [attempt(5, "success", "", "", None)] if draw(st.booleans()) else []
    return Facts(
        step="claim.booked",
        status=draw(st.sampled_from(["open", "open", "completed", "cancelled", "failed"])),
        attempts=[failed, *later],
        key_succeeded=draw(st.booleans()),
        under_way=draw(st.booleans()),
        earlier=draw(st.integers(0, 3)),
        idempotent=draw(st.booleans()),
    )


facts = all_facts()


@given(facts, st.booleans())
def test_the_verdict_is_what_the_documented_rules_say(known: Facts, vouched: bool) -> None:
    found = weigh(known, ["period_closed"] if vouched else [])
    failed = known.failed
    refused = failed["Outcome"] == "rejected" or failed["ErrorKind"] in {
        "validation", "mapping", "authorization", "rate_limit", "closed_period",
    }  # fmt: skip
    closed = failed["ErrorKind"] == "closed_period"
    guarded = bool(failed["IdempotencyKey"]) and known.idempotent
    if (
        known.attempts[-1]["Outcome"] == "success"
        or known.status != "open"
        or known.key_succeeded
        or known.under_way
        or (closed and not vouched)
    ):
        assert verdict_of(found) == "unsafe"
    elif closed or not (refused or guarded):
        assert verdict_of(found) == "duplicate_risk"
    else:
        assert verdict_of(found) == "safe"


@given(facts)
def test_findings_are_one_of_a_kind_the_worst_first_and_say_what_they_rest_on(known: Facts) -> None:
    found = weigh(known)
    assert len({one.code for one in found}) == len(found)
    order = ["unsafe", "duplicate_risk", "safe"]
    assert [one.verdict for one in found] == sorted((one.verdict for one in found), key=order.index)
    ids = {(one["TraceId"], one["SpanId"]) for one in known.attempts}
    assert {(span.trace_id, span.span_id) for one in found for span in one.spans} <= ids
    assert {one.code for one in found if one.vouchable} <= {"period_closed"}
    assert ("not_retryable" in {one.code for one in found}) == (known.failed["ErrorRetryable"] is False)
    assert ("replayed_before" in {one.code for one in found}) == bool(known.earlier)


FINANCE = Principal("key:1", "mia", "default", frozenset({"finance", "operator"}))
RATES = RatesOfDay(START.date(), {("USD", "EUR"): Rate(START.date(), "USD", "EUR", Decimal("0.9"))})


@pytest.mark.parametrize(
    ("test", "money", "reason"),
    [
        ("> 1000 EUR", {"EUR": "1000"}, None),
        (">= 1000 EUR", {"EUR": "1000"}, "EUR 1,000.00 is at stake."),
        ("> 1000 EUR", {"EUR": "1000.000000001"}, "EUR 1,000.000000001 is at stake."),
        ("> 1000 EUR", {"EUR": "500", "USD": "555.55"}, None),
        ("> 1000 EUR", {"EUR": "500", "USD": "555.56"}, "EUR 1,000.004 is at stake."),
        ("> 1000 EUR", {"EUR": "1", "CHF": "1"}, "There is no rate from CHF to EUR."),
        ("> 1000 EUR", {}, "No amount is known."),
        (None, {"EUR": "1"}, "The endpoint asks for approval of every replay."),
    ],
)
def test_from_which_amount_another_must_approve(test: str | None, money: dict[str, str], reason: str | None) -> None:
    row = {"Currencies": list(money), "OpenAmounts": [Decimal(one) for one in money.values()]}
    limit = parse_amount_test(test) if test else None
    assert approval.reason(FINANCE, "safe", limit, row, RATES) == reason
    assert approval.reason(FINANCE, "duplicate_risk", limit, row, RATES) == "It may do something twice."
