"""The state of a replay, from what happened to it, its attempt and the clock."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from spanledger_api.replays.replay import STATE_WORDS, UNDER_WAY, Attempt, Event, Happening, Order, Replay

ASKED = datetime(2026, 3, 2, 9, tzinfo=UTC)
SUCCESS, FAILURE = (Attempt("t", "s", ASKED, succeeded) for succeeded in (True, False))


def replay(*events: tuple[Event, int], needs_approval: bool = True) -> Replay:
    """One that was asked for at `ASKED`, and to which these happened (with an HTTP status) a second after each other."""
    order = Order(
        replay_id=uuid.uuid4(), process="claim-flow", root_type="claim", root_id="C1", step="claim.booked",
        exception_id="", legal_entity="", endpoint="booking", verdict="safe", vouched=(),
        needs_approval=needs_approval, failed_trace_id="", failed_span_id="", trace_id="",
        outcome_within=timedelta(hours=1),
    )  # fmt: skip
    happened = [("asked", 0), *events]
    return Replay(
        order,
        tuple(
            Happening(ASKED + timedelta(seconds=second), event, "mia", status=status)
            for second, (event, status) in enumerate(happened)
        ),
    )


APPROVED, SENDING, TAKEN = ("approved", 0), ("sending", 0), ("answered", 202)
UNANSWERED = ("unanswered", 0)


@pytest.mark.parametrize(
    ("events", "attempt", "after", "state"),
    [
        ([], None, timedelta(days=7), "waiting"),
        ([], None, timedelta(days=7, seconds=1), "expired"),
        ([("refused", 0)], None, timedelta(days=9), "refused"),
        ([("withdrawn", 0)], None, timedelta(days=9), "withdrawn"),
        ([APPROVED], None, timedelta(minutes=1), "sending"),
        ([APPROVED], None, timedelta(minutes=3), "not_delivered"),
        ([APPROVED, SENDING], None, timedelta(minutes=1), "sending"),
        ([APPROVED, SENDING], None, timedelta(minutes=3), "unanswered"),
        ([APPROVED, SENDING], None, timedelta(hours=2), "no_attempt"),
        ([APPROVED, SENDING], SUCCESS, timedelta(minutes=1), "succeeded"),
        ([APPROVED, SENDING, ("not_delivered", 0)], None, timedelta(hours=2), "not_delivered"),
        ([APPROVED, SENDING, UNANSWERED], None, timedelta(minutes=1), "unanswered"),
        ([APPROVED, SENDING, UNANSWERED], FAILURE, timedelta(minutes=1), "failed"),
        ([APPROVED, SENDING, UNANSWERED], None, timedelta(hours=2), "no_attempt"),
        ([APPROVED, SENDING, TAKEN], None, timedelta(minutes=1), "sent"),
        ([APPROVED, SENDING, TAKEN], SUCCESS, timedelta(hours=2), "succeeded"),
        ([APPROVED, SENDING, TAKEN], FAILURE, timedelta(hours=2), "failed"),
        ([APPROVED, SENDING, TAKEN], None, timedelta(hours=2), "no_attempt"),
        ([APPROVED, SENDING, ("answered", 204)], None, timedelta(0), "sent"),
        *(
            ([APPROVED, SENDING, ("answered", status)], attempt, timedelta(0), "declined")
            for status in (199, 300, 302, 400, 409, 429, 500)
            for attempt in (None, SUCCESS)
        ),
    ],
)
def test_states(events: list[tuple[Event, int]], attempt: Attempt | None, after: timedelta, state: str) -> None:
    assert replay(*events).state(attempt, ASKED + after) == state


def test_without_approval_it_waits_for_nobody() -> None:
    found = replay(needs_approval=False)
    assert found.state(None, ASKED + timedelta(minutes=1)) == "sending"
    assert found.state(None, ASKED + timedelta(minutes=3)) == "not_delivered"


def test_every_state_that_may_still_do_something_keeps_others_away() -> None:
    ended = {"succeeded", "failed", "no_attempt", "declined", "not_delivered", "refused", "withdrawn", "expired"}
    assert set(STATE_WORDS) - ended == UNDER_WAY
