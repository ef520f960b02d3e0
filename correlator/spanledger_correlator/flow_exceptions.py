"""Exceptions that concern a flow and no single transaction: what should have come, and did not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from spanledger_correlator.silence import SourceState
from spanledger_correlator.wording import duration_words

FlowKind = Literal["silent_source", "reconciliation_gap", "sequence_gap"]


@dataclass(frozen=True, slots=True)
class FlowException:
    """One exception. `until` is None while it stands; `amounts` is the money it is about, by currency."""

    kind: FlowKind
    subject: str
    since: datetime
    until: datetime | None
    detail: str
    owner: str
    severity: str
    impact: str
    amounts: Mapping[str, Decimal] = field(default_factory=dict, hash=False)


def of_sources(states: Iterable[SourceState], clock: datetime) -> list[FlowException]:
    """The silences of sources, past ones included."""
    return [
        FlowException(
            kind="silent_source",
            subject=state.rule.name,
            since=silence.since,
            until=silence.until,
            detail=_told(state, silence.since, silence.until, clock),
            owner=state.rule.owner,
            severity=state.rule.severity,
            impact=state.rule.impact,
        )
        for state in states
        for silence in state.silences
    ]


def _told(state: SourceState, since: datetime, until: datetime | None, clock: datetime) -> str:
    title = state.rule.title
    if until is not None:
        return f"{title} was silent for {duration_words(until - since)}."
    seen = f"last seen {state.last_seen:%Y-%m-%d %H:%M} UTC" if state.last_seen else "never seen"
    return f"{title} should have reported {duration_words(clock - since)} ago and did not; {seen}."
