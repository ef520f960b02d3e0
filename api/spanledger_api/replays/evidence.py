"""Whether a failed step can be tried again without doing something twice: what speaks for it, what against, and the worst
of it as the verdict.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import BaseModel, Field

Verdict = Literal["safe", "duplicate_risk", "unsafe"]
_BADNESS: Final[Mapping[Verdict, int]] = {"safe": 0, "duplicate_risk": 1, "unsafe": 2}
_NOTHING_DONE: Final = frozenset({"validation", "mapping", "authorization", "rate_limit", "closed_period"})
"""Errors by which a system says that it did not do what it was asked for."""
Vouchable = Literal["period_closed"]
"""What a person may vouch for: that it is so no more, although no span tells."""


class SpanRef(BaseModel):
    """A span that a finding rests on."""

    trace_id: str
    span_id: str


class Evidence(BaseModel):
    """One finding about a replay."""

    code: str = Field(description="What was looked at; stable.", examples=["effect_unknown"])
    verdict: Verdict = Field(description="What follows from it alone.")
    text: str = Field(description="The finding in a sentence.")
    spans: list[SpanRef] = Field(description="The spans that it rests on.")
    vouchable: bool = Field(description="Whether a person may vouch (`vouched`) that it is so no more.")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when somebody asks for a replay.

    `attempts` are the step's spans in the transaction, oldest first, as `spans.read` gives them; the newest one has
    failed. `key_succeeded`: a span with the failed attempt's idempotency key has succeeded anywhere. `under_way`: a
    replay of the same step that has not ended. `earlier`: how many have ended without success. `idempotent`: the
    endpoint does nothing twice for one key.
    """

    step: str
    status: str
    attempts: Sequence[Mapping[str, Any]]
    key_succeeded: bool
    under_way: bool
    earlier: int
    idempotent: bool

    @property
    def failed(self) -> Mapping[str, Any]:
        """The newest attempt that did not succeed."""
        return next(one for one in reversed(self.attempts) if one["Outcome"] != "success")


def weigh(facts: Facts, vouched: Collection[str] = ()) -> list[Evidence]:
    """Every finding, the worst first. What somebody vouched for weighs as a risk, which a second person must approve."""
    found = [
        _later_success(facts),
        _transaction(facts),
        _under_way(facts),
        _key(facts),
        _period(facts, vouched),
        *_effect(facts),
        *_hopes(facts),
    ]
    return sorted((one for one in found if one is not None), key=lambda one: -_BADNESS[one.verdict])


def verdict_of(evidence: Sequence[Evidence]) -> Verdict:
    """The worst of the findings."""
    return max((one.verdict for one in evidence), key=_BADNESS.__getitem__, default="safe")


def _finding(code: str, verdict: Verdict, text: str, *spans: Mapping[str, Any], vouchable: bool = False) -> Evidence:
    shown = [SpanRef(trace_id=one["TraceId"], span_id=one["SpanId"]) for one in spans]
    return Evidence(code=code, verdict=verdict, text=text, spans=shown, vouchable=vouchable)


def _later_success(facts: Facts) -> Evidence:
    failed = facts.failed
    later = [one for one in facts.attempts if one["Outcome"] == "success" and one["Happened"] >= failed["Happened"]]
    if later:
        return _finding(
            "later_success", "unsafe", "An attempt has succeeded since: there is nothing to repeat.", *later
        )
    count = len(facts.attempts)
    tried = "The one attempt has failed" if count == 1 else f"Of {count} attempts the last has failed"
    return _finding("no_later_success", "safe", f"{tried}; none has succeeded since.", failed)


def _transaction(facts: Facts) -> Evidence | None:
    if facts.status == "open":
        return None
    return _finding("transaction_ended", "unsafe", f"The transaction is {facts.status}: nothing waits for this step.")


def _under_way(facts: Facts) -> Evidence | None:
    if not facts.under_way:
        return None
    return _finding("replay_under_way", "unsafe", "A replay of this step is under way: wait for its outcome.")


def _key(facts: Facts) -> Evidence | None:
    if not facts.key_succeeded:
        return None
    text = "A span with the same idempotency key has succeeded: the system has done this already."
    return _finding("key_succeeded", "unsafe", text, facts.failed)


def _period(facts: Facts, vouched: Collection[str]) -> Evidence | None:
    if facts.failed["ErrorKind"] != "closed_period":
        return None
    if "period_closed" in vouched:
        text = "The system refused it because the period is closed; whoever asks vouches that it is open again."
        return _finding("period_closed", "duplicate_risk", text, facts.failed, vouchable=True)
    text = (
        "The system refused it because the period is closed: it would be refused again, or land in another period. "
        "Once the period is open, ask with `vouched: [period_closed]`."
    )
    return _finding("period_closed", "unsafe", text, facts.failed, vouchable=True)


def _effect(facts: Facts) -> list[Evidence]:
    """What the failed attempt may have done nevertheless, and what would keep it from being done twice."""
    failed = facts.failed
    kind, key = failed["ErrorKind"] or "unknown", failed["IdempotencyKey"]
    if failed["Outcome"] == "rejected" or kind in _NOTHING_DONE:
        return [_finding("nothing_done", "safe", f"The system refused it ({kind}): nothing was done.", failed)]
    if kind == "conflict":
        code, text = "may_exist", "The system says that it conflicts with what is there: it may have been done before."
    else:
        code, text = "effect_unknown", f"The attempt broke ({kind}): the system may have done it all the same."
    if key and facts.idempotent:
        guard = "Its idempotency key goes along, and the endpoint does nothing twice for one key."
        return [_finding(code, "safe", text, failed), _finding("key_honoured", "safe", guard, failed)]
    lacking = "the failed attempt had no idempotency key" if not key else "the endpoint does not say it honours keys"
    guard = f"Nothing keeps it from being done twice: {lacking}."
    return [_finding(code, "duplicate_risk", text, failed), _finding("no_guard", "duplicate_risk", guard, failed)]


def _hopes(facts: Facts) -> list[Evidence]:
    """What says that it may be refused again. It does no harm, so it is no reason not to try."""
    found = []
    if facts.failed["ErrorRetryable"] is False:
        text = "The system says that trying it again as it is does not help: correct what it refused first."
        found.append(_finding("not_retryable", "safe", text, facts.failed))
    if facts.earlier:
        times = "One replay has" if facts.earlier == 1 else f"{facts.earlier} replays have"
        found.append(_finding("replayed_before", "safe", f"{times} been tried without success."))
    return found
