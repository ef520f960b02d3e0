"""A replay: what it is about, what happened to it, and the state that follows from that, its attempt and the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from spanledger_api.replays.evidence import Verdict

Event = Literal["asked", "approved", "refused", "withdrawn", "sending", "answered", "unanswered", "not_delivered"]
State = Literal[
    "waiting", "sending", "sent", "unanswered", "succeeded", "failed", "no_attempt", "declined", "not_delivered",
    "refused", "withdrawn", "expired",
]  # fmt: skip
STATE_WORDS: Final[Mapping[State, str]] = {
    "waiting": "a second person must approve it",
    "sending": "the endpoint has not answered yet",
    "sent": "the endpoint took it, and its attempt is waited for",
    "unanswered": "the endpoint may have taken it, and its attempt is waited for",
    "succeeded": "an attempt has succeeded since",
    "failed": "its attempt failed",
    "no_attempt": "no attempt came in time",
    "declined": "the endpoint refused it",
    "not_delivered": "it did not reach the endpoint",
    "refused": "a second person did not approve it",
    "withdrawn": "whoever asked took it back",
    "expired": "nobody decided on it in time",
}
UNDER_WAY: Final = frozenset({"waiting", "sending", "sent", "unanswered"})
"""While one is in such a state, no other may be asked for of the same step."""
WAITS_FOR_APPROVAL: Final = timedelta(days=7)
SENDING_AT_MOST: Final = timedelta(minutes=2)
"""Longer than any endpoint's timeout: what was being sent before then died with its process."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be tried again. `trace_id` is the trace that the order begins, in which its attempt may be found."""

    replay_id: UUID
    process: str
    root_type: str
    root_id: str
    step: str
    exception_id: str
    legal_entity: str
    endpoint: str
    verdict: Verdict
    vouched: tuple[str, ...]
    needs_approval: bool
    failed_trace_id: str
    failed_span_id: str
    trace_id: str
    outcome_within: timedelta


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to it. `status` and `answer` are the endpoint's, 0 and empty where it gave none."""

    at: datetime
    event: Event
    who: str
    credential: str = ""
    why: str = ""
    status: int = 0
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A span of the same step that came after the order was sent."""

    trace_id: str
    span_id: str
    happened: datetime
    succeeded: bool


@dataclass(frozen=True, slots=True)
class Replay:
    """An order and what happened to it, oldest first: the first is that it was asked for."""

    order: Order
    happened: tuple[Happening, ...]

    @property
    def asked(self) -> Happening:
        """Who asked for it, and when."""
        return self.happened[0]

    def last(self, *events: Event) -> Happening | None:
        """The last of such events; None if there was none."""
        return next((one for one in reversed(self.happened) if one.event in events), None)

    def state(self, attempt: Attempt | None, moment: datetime) -> State:
        """The state at a moment; `attempt` is the one that counts, if one came."""
        ended = self.last("refused", "withdrawn", "not_delivered")
        if ended is not None:
            return ended.event  # type: ignore[return-value]  # these three are states too
        sending = self.last("sending")
        return self._before_sending(moment) if sending is None else self._sent(sending, attempt, moment)

    def _before_sending(self, moment: datetime) -> State:
        newest = self.last("approved") or self.asked
        if self.order.needs_approval and newest.event == "asked":
            return "waiting" if moment - newest.at <= WAITS_FOR_APPROVAL else "expired"
        # Whatever was about to send it has died before it did.
        return "sending" if moment - newest.at <= SENDING_AT_MOST else "not_delivered"

    def _sent(self, sending: Happening, attempt: Attempt | None, moment: datetime) -> State:
        answer = self.last("answered", "unanswered")
        if answer is not None and answer.event == "answered" and not 200 <= answer.status < 300:
            return "declined"
        if attempt is not None:
            return "succeeded" if attempt.succeeded else "failed"
        if moment - sending.at > self.order.outcome_within:
            return "no_attempt"
        if answer is None:
            return "sending" if moment - sending.at <= SENDING_AT_MOST else "unanswered"
        return "sent" if answer.event == "answered" else "unanswered"
