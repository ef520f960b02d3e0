"""The function from spans to states: for the transactions that new spans touch, or for all of them.

Incremental and complete evaluation run the same statements; they differ only in the roots they start from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from spanledger_correlator import aliases, kept_verdicts
from spanledger_correlator.corrections.heeding import heed
from spanledger_correlator.judge import judge
from spanledger_correlator.rates import rates_of_day
from spanledger_correlator.scope import find_scope
from spanledger_correlator.stitch import stitch
from spanledger_correlator.workspace import NO_TRACES, Workspace

SLICE = 200_000
"""Roots evaluated at once by a complete evaluation: bounds its memory to some hundred MB."""

STATE_COLUMNS = (
    "Tenant, Process, RootId, RootType, RuleVersion, Status, Impact, StartedAt, LastActivityAt, ClosedAt, SlaDueAt, "
    "SlaAtRiskAt, SlaTier, LegalEntity, Region, ClientName, Currencies, Amounts, OpenAmounts, Cash, Credits, "
    "WriteOffs, Overpaid, Elsewhere, Related, Known, "
    "StepDone, StepRequired, StepAttempts, StepSuccesses, StepFirstSuccess, StepLastSuccess, StepDoneAt, StepLastFailure, "
    "StepFailingSince, StepDeadline, StepDuplicateAt, StepFailure, StepFailures, Troubles, Exceptions, NextStep, StuckFrom, "
    "SpanCount, Pauses"
)
_NEWS = """StoredAt >= (SELECT min(StoredAt) FROM work_incoming)
        OR (Tenant, TraceId) IN (SELECT Tenant, TraceId FROM work_moved_traces)"""
_KEPT: Final = {"transactions": "Version", "verdicts": "StateVersion", "open_verdicts": "StateVersion"}
"""Where a transaction is kept, and the column that says which of its rows is the newest."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BULKY = (
    "work_incoming",
    "work_attached",
    "work_step_states",
    "work_related",
    "work_progress",
    "work_states",
    "work_kept_states",
)
"""Work tables that take several hundred MB after a large tick."""
_UNATTACHED_COLUMNS = "Tenant, TraceId, SpanId, Step, System, Processes, Reason, OccurredAt, StoredAt"


def evaluate_touched(work: Workspace, version: int, *, again: bool = False) -> None:
    """Bring the kept states of the transactions that `work_incoming` touches up to date.

    Repeating it is harmless: states replace one another by `version` (a growing number). `again` is for spans of
    which an earlier attempt may have kept states.
    """
    renamed = aliases.resolve_touched(work, version, again=again)
    heed(work)
    find_scope(work, again=again)
    stitch(work, onward=True)
    judge(work, news="true" if renamed or work.newly_corrected else _NEWS)
    _keep(work, version)
    # Only an alias, a better copy, rule 4 or a correction can take its last span away from a transaction.
    if renamed or again or work.newly_corrected or work.count("work_superseded") or work.count("work_trace_attached"):
        work.run("keep/gone")
        if work.count("work_gone"):
            _forget(work, "states", {"version": version})
    work.release(*_BULKY)


def evaluate_everything(work: Workspace, version: int) -> Iterator[float]:
    """Evaluate every transaction anew and keep the results; yields the share done (0 to 1) after each slice."""
    aliases.resolve_all(work)
    work.run("aliases/none", into="work_canonical_before")
    work.run("aliases/keep_members", {"version": version})
    work.run("aliases/keep_ids", {"version": version})
    for done in _slices(work):
        stitch(work)
        judge(work)
        _keep(work, version)
        yield done
    _forget(work, "stale", {"version": version})


def evaluate_process(work: Workspace, process: str, since: int, version: Callable[[], int]) -> Iterator[float]:
    """Evaluate the transactions of the one process that `work` knows anew; yields the share done after each slice.

    Each slice is evaluated as of its own moment: between two, others may be kept, at versions later than `since`. What
    became of spans that no process takes is not looked at, because that depends on all processes.
    """
    for done in _slices(work, moving=True):
        stitch(work)
        judge(work)
        _keep_states(work, version())
        yield done
    _forget(work, "process", {"process": process, "since": since, "version": version()})


def evaluate_all(work: Workspace) -> None:
    """Evaluate every transaction into `all_states` and `all_unattached`, keeping nothing: for questions as of a moment."""
    work.run("keep/collect_start", into="all_states", like="transactions", columns=f"{STATE_COLUMNS}, Version")
    work.run("keep/collect_start", into="all_unattached", like="unattached", columns=_UNATTACHED_COLUMNS)
    for _ in judged_slices(work):
        work.run("keep/collect", into="all_states", source="work_states", columns=STATE_COLUMNS)
        work.run("keep/collect", into="all_unattached", source="work_unattached", columns=_UNATTACHED_COLUMNS)


def judged_slices(work: Workspace) -> Iterator[float]:
    """Evaluate every transaction a slice at a time, keeping nothing; with each share done, `work_states` has the slice's."""
    aliases.resolve_all(work)
    for done in _slices(work):
        stitch(work)
        judge(work)
        yield done


def _slices(work: Workspace, *, moving: bool = False) -> Iterator[float]:
    """Set the scope to each slice of all roots in turn; the first also looks at every waiting span's trace.

    `moving` says that aliases may come between two slices.
    """
    heed(work)
    work.run("scope/new_traces", into="work_moved_traces", source=NO_TRACES)
    work.run("scope/scope_all")
    work.kin("work_touched", into="work_touched_kin")
    slices = work.count("work_touched") // SLICE + 1
    for number in range(slices):
        if moving and number:
            work.know_aliases(work.relation("aliases/kept"))
            heed(work)
            work.kin("work_touched", into="work_touched_kin")
        work.run("scope/scope_slice", {"slices": slices, "slice": number})
        if number == 0:
            work.run("scope/new_traces", into="work_new_traces", source=f"{work.sources.waiting} AS waiting")
        else:
            work.run("scope/new_traces", into="work_new_traces", source=NO_TRACES)
        yield (number + 1) / slices


def _keep(work: Workspace, version: int) -> None:
    _keep_states(work, version)
    work.run("keep/unattached", {"version": version})


def _keep_states(work: Workspace, version: int) -> None:
    bound = {"version": version}
    work.run("keep/states", bound, columns=STATE_COLUMNS)
    _keep_verdicts(work, version)
    work.run("keep/beside")
    work.run("keep/reached")
    if work.count("work_trace_attached"):
        work.run("keep/contested")


def _keep_verdicts(work: Workspace, version: int) -> None:
    # In the shape that is kept: verdicts read the names that states have there.
    columns = f"{STATE_COLUMNS}, Version"
    work.run("keep/collect_start", into="work_kept_states", like="transactions", columns=columns)
    stamped = f"(SELECT *, toUInt64({version}) AS Version FROM work_states)"  # noqa: S608 - a number of this code
    work.run("keep/collect", into="work_kept_states", source=stamped, columns=columns)
    clock = _EPOCH + timedelta(microseconds=version // 1000)
    kept_verdicts.keep(work.store, "work_kept_states", clock, rates_of_day(work.store, clock, datetime.now(UTC)))


def _forget(work: Workspace, which: str, values: Mapping[str, Any]) -> None:
    for into, version in _KEPT.items():
        work.run(f"keep/forget_{which}", values, into=into, version=version)
