"""Silent sources: who should have reported by now and did not.

A source reports with every span that it stores; asked what is known now of a past moment, with every span that had
happened by then. Everything is read from the spans when it is asked: a source that is declared today has its history.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from spanledger_correlator.definition.source_model import SourceRule
from spanledger_correlator.rhythm import next_due
from spanledger_correlator.statements import statement
from spanledger_correlator.viewpoint import Viewpoint

HISTORY = timedelta(days=35)
"""So far back past silences are told."""

State = Literal["not_yet", "reporting", "late", "silent"]


@dataclass(frozen=True, slots=True)
class Silence:
    """A time in which a source should have reported: from when it was due until it did (None: it has not yet)."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source at a moment. `expected` is when it must report next; once passed, when it should have."""

    rule: SourceRule
    last_seen: datetime | None
    expected: datetime
    state: State
    silences: tuple[Silence, ...]


def states(at: Viewpoint, rules: Iterable[SourceRule]) -> list[SourceState]:
    """Every source of the tenant, as it stands."""
    own = [rule for rule in rules if rule.concerns(at.tenant)]
    if own:
        since = at.clock - HISTORY
        at.run("silence/reports", {"since": since}, at=at.axis)
    return [_state(at, rule) for rule in own]


def _state(at: Viewpoint, rule: SourceRule) -> SourceState:
    matched = statement("silence/matched")
    values = _bound(rule)
    pauses = at.rows("silence/pauses", values, matched=matched)
    last_seen = _utc(pauses[-1]["Quiet"]) if pauses else _last_seen(at, values, at.clock)
    reports = [(_utc(pause["Quiet"]), _utc(pause["Reported"])) for pause in pauses if pause["Reported"]]
    if pauses:
        # The first report that is looked at may have ended a silence that began long before.
        since = at.clock - HISTORY
        before = _last_seen(at, values, since) if rule.effective_from < since else None
        reports.insert(0, (before or rule.effective_from, _utc(pauses[0]["FirstSeen"])))
    silences = [one for quiet, reported in reports if (one := _silence(rule, quiet, reported))]
    expected = next_due(rule.rhythm, max(last_seen or rule.effective_from, rule.effective_from))
    state = _word(rule, expected, at.clock)
    if state == "silent":
        silences.append(Silence(expected, None))
    return SourceState(rule, last_seen, expected, state, tuple(silences))


def _last_seen(at: Viewpoint, values: dict[str, Any], by: datetime) -> datetime | None:
    (found,) = at.rows("silence/last_seen", values | {"by": by}, matched=statement("silence/matched"), at=at.axis)
    return None if found["Quiet"] is None else _utc(found["Quiet"])


def _silence(rule: SourceRule, quiet: datetime, reported: datetime) -> Silence | None:
    """The silence in a pause, if it was one: the report came after what was due, and after the grace."""
    due = next_due(rule.rhythm, max(quiet, rule.effective_from))
    return Silence(due, reported) if due + _grace(rule) < reported else None


def _word(rule: SourceRule, expected: datetime, clock: datetime) -> State:
    if clock < rule.effective_from:
        return "not_yet"
    if clock <= expected:
        return "reporting"
    return "late" if clock <= expected + _grace(rule) else "silent"


def _grace(rule: SourceRule) -> timedelta:
    return timedelta(microseconds=rule.grace_ns // 1000)


def _bound(rule: SourceRule) -> dict[str, Any]:
    rhythm = rule.rhythm
    return {
        "systems": list(rule.systems),
        "services": list(rule.services),
        "steps": list(rule.steps),
        "processes": list(rule.processes),
        "every": (rhythm.every_ns or 0) // 1000,
        "due_by": rhythm.due_by or 0,
        "zone": rhythm.calendar.zone,
    }


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
