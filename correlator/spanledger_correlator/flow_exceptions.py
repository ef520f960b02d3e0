"""Exceptions that concern a flow and no single transaction: what should have come, and did not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from spanledger_correlator.definition.source_model import SourceRule
from spanledger_correlator.reconciliation import Balance
from spanledger_correlator.sequences import QUIET, Producer
from spanledger_correlator.silence import SourceState
from spanledger_correlator.totals import Coverage
from spanledger_correlator.wording import duration_words

FlowKind = Literal["silent_source", "reconciliation_gap", "sequence_gap"]


@dataclass(frozen=True, slots=True)
class FlowException:
    """One exception. `until` is None while it stands; `amounts` is the money it is about, by currency.

    `subject` is what it is of, in one text that stays the same while it stands; `link` is where the API tells more.
    """

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
            detail=_silent(state, silence.since, silence.until, clock),
            owner=state.rule.owner,
            severity=state.rule.severity,
            impact=state.rule.impact,
        )
        for state in states
        for silence in state.silences
    ]


def of_balances(balances: Iterable[Balance]) -> list[FlowException]:
    """The differences that count, since their period and its grace ended."""
    return [
        FlowException(
            kind="reconciliation_gap",
            subject=" ".join(part for part in (one.rule.name, one.period, *one.keys, one.unit) if part),
            since=one.settled_at,
            until=None,
            detail=_different(one),
            owner=one.rule.owner,
            severity=one.rule.severity,
            impact=one.rule.impact,
            amounts={one.unit: abs(one.difference)} if one.rule.left.measure == "amount" else {},
        )
        for one in balances
        if one.state == "gap"
    ]


def of_totals(coverage: Iterable[Coverage]) -> list[FlowException]:
    """What a system has and spans do not show, or the other way round, since its period ended and it was told."""
    return [
        FlowException(
            kind="reconciliation_gap",
            subject=" ".join(("total", *(part for part in one.loaded.total.subject if part))),
            since=max(one.ends, one.loaded.at),
            until=None,
            detail=_uncovered(one),
            owner=one.loaded.total.owner,
            severity="medium",
            impact="reporting",
            amounts={one.loaded.total.currency: abs(one.amount_missing)} if one.amount_missing else {},
        )
        for one in coverage
        if one.state == "gap"
    ]


def of_producers(producers: Iterable[Producer], sources: Sequence[SourceRule]) -> list[FlowException]:
    """Missing numbers, and ends without a close. The owner is that of the first source that means the producer."""
    found: list[FlowException] = []
    for producer in producers:
        source = next((one for one in sources if _means(one, producer)), None)
        owner, severity, impact = (
            (source.owner, source.severity, source.impact) if source else ("", "medium", "reporting")
        )
        name = producer.service or producer.system or "an unnamed service"
        for gap in producer.gaps:
            many = gap.last - gap.first + 1
            spans = "1 span" if many == 1 else f"{many:,} spans"
            which = f"number {gap.first}" if many == 1 else f"numbers {gap.first} to {gap.last}"
            found.append(
                FlowException(
                    kind="sequence_gap",
                    subject=f"{name} {producer.id} {gap.first}-{gap.last}",
                    since=gap.since,
                    until=None,
                    detail=f"{spans} of {name} {'is' if many == 1 else 'are'} missing: {which} of producer {producer.id}.",
                    owner=owner,
                    severity=severity,
                    impact=impact,
                )
            )
        if producer.state == "unclosed":
            found.append(
                FlowException(
                    kind="sequence_gap",
                    subject=f"{name} {producer.id} end",
                    since=producer.last_seen + QUIET,
                    until=None,
                    detail=f"{name} stopped without saying which span was its last; some may be lost.",
                    owner=owner,
                    severity="low",
                    impact=impact,
                )
            )
    return found


def _means(source: SourceRule, producer: Producer) -> bool:
    """Whether a source says something of a producer, and nothing that it is not."""
    told = bool(source.services or source.systems)
    services = not source.services or producer.service in source.services
    return told and services and (not source.systems or producer.system in source.systems)


def _silent(state: SourceState, since: datetime, until: datetime | None, clock: datetime) -> str:
    title = state.rule.title
    if until is not None:
        return f"{title} was silent for {duration_words(until - since)}."
    seen = f"last seen {state.last_seen:%Y-%m-%d %H:%M} UTC" if state.last_seen else "never seen"
    return f"{title} should have reported {duration_words(clock - since)} ago and did not; {seen}."


def _different(balance: Balance) -> str:
    rule, unit = balance.rule, f" {balance.unit}" if balance.unit else ""
    keys = [f"{key} {value}" for key, value in zip(rule.keys, balance.keys, strict=True) if value]
    return (
        f"{rule.title}: {number(balance.left)}{unit} of {rule.left.text} and {number(balance.right)}{unit} of "
        f"{rule.right.text} in {', '.join((balance.period, *keys))}."
    )


def _uncovered(coverage: Coverage) -> str:
    total = coverage.loaded.total
    who = " ".join(part for part in (total.system or "A control total", f"({total.legal_entity})") if part != "()")
    what = f"{total.step or total.entity} in {total.period}"
    parts = []
    if total.count is not None:
        parts.append(f"{total.count:,} {what}, and spans show {coverage.seen:,}")
    if coverage.amount_missing:
        seen = number(coverage.amount_seen or Decimal(0))
        parts.append(f"{total.currency} {number(total.amount or Decimal(0))} of {what}, and spans show {seen}")
    return f"{who} has {'; '.join(parts)}."


def number(value: Decimal) -> str:
    """`1,204` or `12.5`: every digit that counts."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
