"""Verdicts that are kept: each with the time in which it holds, so that a question finds nearly all of them made.

A verdict is state and clock, and the same at every clock between two moments at which something about it may change. The
correlator judges what it keeps; whoever asks judges again what no longer holds at the clock of the question, which is
little: a deadline has passed since. The answer is the one that judging everything at that clock would give.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from weakref import WeakKeyDictionary

from spanledger_correlator.rates import RatesOfDay
from spanledger_correlator.statements import statement
from spanledger_correlator.verdicts import verdicts
from spanledger_store import Store

COLUMNS: Final = (
    "Tenant, Process, RootId, RootType, Version, Key, Status, Stuck, Paused, PausedAt, WaitingFor, WaitingSince, WhyKind, "
    "WhyErrorKind, WhyCode, WhyMessage, WhySystem, Attempts, DueAt, SlaState, SlaDueAt, SlaEndsAt, SlaTier, Severity, "
    "SeverityRule, RateMissing, Impact, Owner, Currencies, Amounts, OpenAmounts, Cash, Credits, WriteOffs, Overpaid, "
    "Elsewhere, LegalEntity, Region, ClientName, Related, StartedAt, LastActivityAt, ClosedAt, Known, Pauses, StepNames, "
    "StepSystems, StepFirstSuccess, StepLastSuccess, StepLastFailure, StepFailingSince, StepDoneAt, StepDeadline, "
    "StepAttempts, StepDone, StepRequired, StepFailure, StepSlaState, Exceptions, ExceptionKinds, ExceptionSteps, "
    "ExceptionSince"
)
"""What a verdict says."""
_KEPT: Final = f"{COLUMNS}, HoldsFrom, HoldsUntil, StateVersion"
_SLICE: Final = 100_000
"""Verdicts judged at once: bounds the memory that it takes to some hundred MB."""
_OVERLAP: Final = timedelta(hours=1)
"""Looked at again: whoever else keeps verdicts may judge by a clock that is behind, or take long to write them."""


def keep(store: Store, states: str, clock: datetime, rates: RatesOfDay) -> None:
    """Judge the states of a relation at a clock, and keep what they come to."""
    judged = verdicts(states, rates)
    bound: dict[str, Any] = {**judged.parameters, "now": clock, "rates_digest": digest(rates)}
    store.command(statement("verdicts/judge", verdicts=judged.sql), bound)
    for into in ("keep", "keep_open"):
        store.command(statement(f"verdicts/{into}", columns=_KEPT), bound)
    store.command("DROP TEMPORARY TABLE work_verdicts")


def digest(rates: RatesOfDay) -> int:
    """What tells these rates from others; 0 for none."""
    if not rates.rates:
        return 0
    text = "\n".join(f"{pair} {rate.rate:f}" for pair, rate in sorted(rates.rates.items()))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def recover(store: Store, clock: datetime, rates: RatesOfDay) -> None:
    """At a start: judge what an earlier process kept and did not judge."""
    store.command(statement("verdicts/unjudged"))
    _judge_outdated(store, clock, rates)


def hold_at(store: Store, clock: datetime, rates: RatesOfDay) -> None:
    """See to it that every kept verdict is that of a clock (aware) and its rates."""
    wanted = digest(rates)
    look = _look_of(store)
    with look.taking:
        if look.at is None or look.rates != wanted:
            store.command(statement("verdicts/outdated"), {"now": clock, "rates_digest": wanted})
        else:
            store.command(*_outdated_since(look.at, clock))
        _judge_outdated(store, clock, rates)
        look.at, look.rates = clock, wanted


class _Look:
    """The clock and the rates at which all verdicts of a store held, when this process looked last."""

    def __init__(self) -> None:
        self.taking = threading.Lock()
        self.at: datetime | None = None
        self.rates = 0


def _outdated_since(looked: datetime, clock: datetime) -> tuple[str, Mapping[str, Any]]:
    if clock < looked:
        return statement("verdicts/outdated_since", border="HoldsFrom"), {
            "passed": clock,
            "reached": looked,
            "now": clock,
        }
    passed = looked - _OVERLAP
    return statement("verdicts/outdated_since", border="HoldsUntil"), {"passed": passed, "reached": clock, "now": clock}


def _judge_outdated(store: Store, clock: datetime, rates: RatesOfDay) -> None:
    outdated = int(store.command("SELECT count() FROM work_outdated"))
    slices = -(-outdated // _SLICE)
    for number in range(slices):
        # Numbers of this code.
        chosen = f"(SELECT * FROM work_outdated WHERE cityHash64(RootId) % {slices} = {number})"  # noqa: S608
        keep(store, f"(SELECT * FROM transactions FINAL WHERE (Tenant, Process, RootId) IN {chosen})", clock, rates)  # noqa: S608


_looks: WeakKeyDictionary[Store, _Look] = WeakKeyDictionary()
_choosing = threading.Lock()


def _look_of(store: Store) -> _Look:
    with _choosing:
        return _looks.setdefault(store, _Look())
