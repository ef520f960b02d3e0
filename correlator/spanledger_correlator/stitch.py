"""Stitching: which step spans belong to which transactions, and by which evidence (DESIGN section 5).

Reads the roots in `work_scope` and the traces in `work_new_traces`; leaves `work_attached` (one row per transaction
and span) and `work_unattached` (what the waiting spans of those traces came to).
"""

from __future__ import annotations

from spanledger_correlator import walk
from spanledger_correlator.workspace import Workspace

_STEP_COLUMNS = """
        f.TraceId AS TraceId, f.SpanId AS SpanId, f.StoredAt AS StoredAt, least(f.OccurredAt, f.StoredAt) AS Happened,
        f.Step AS Step, f.System AS System, f.Outcome AS Outcome, f.ErrorKind AS ErrorKind, f.ErrorCode AS ErrorCode,
        f.ErrorMessage AS ErrorMessage, f.Currency AS Currency, f.DueAt AS DueAt, f.IdempotencyKey AS IdempotencyKey,
        f.LegalEntity AS LegalEntity, f.Region AS Region, f.Impact AS Impact, f.Singles AS Singles"""
_IN_TRACES = "AND (Tenant, TraceId) IN (SELECT Tenant, TraceId FROM work_unresolved)"


def stitch(work: Workspace) -> None:
    """Attach the spans of the transactions in scope.

    A change in a trace can move the spans that rule 4 attaches there, so the scope grows by the transactions of every
    trace that holds such spans, once.
    """
    _attach(work, into="work_attached")
    if _find_unresolved(work) and _find_trace_roots(work):
        work.run("scope_add", more="work_trace_roots")
        _attach(work, into="work_attached")
        _find_unresolved(work)
        _find_trace_roots(work)
        _attach(work, into="work_trace_attached", scope="work_trace_roots", only_traces=_IN_TRACES)
        work.run("open_ends")
        work.run("inherit")
        # The roots of the traces were the last that `_attach` saw; the members of the scope come back for the judge.
        work.kin("work_scope", into="work_members")
        work.run("attach_inherited", step_columns=_STEP_COLUMNS)
    else:
        work.run("attached_empty", into="work_trace_attached")
        work.run("attached_empty", into="work_inherited")
    work.run("unattached")


def _attach(work: Workspace, into: str, scope: str = "work_scope", only_traces: str = "") -> None:
    """Rules 1 to 3 for the roots in `scope`."""
    work.kin(scope, into="work_members")
    walk.from_roots(work)
    work.kin("work_joined", into="work_joined_kin")
    walk.towards_roots(work, kin="work_joined_kin")
    work.run("reach_ids", scope=scope)
    work.run("attach", into=into, step_columns=_STEP_COLUMNS, only_traces=only_traces)


def _find_unresolved(work: Workspace) -> int:
    """Waiting spans in the touched traces that no link attaches to the scope."""
    work.run("traces")
    work.run("candidates")
    work.run("unresolved", attached="work_attached")
    return work.count("work_unresolved")


def _find_trace_roots(work: Workspace) -> int:
    """The transactions that the traces around unresolved spans lead to; without any, rule 4 has nothing to give."""
    work.run("trace_spans")
    work.run("trace_nodes")
    work.kin("work_trace_nodes", into="work_trace_kin")
    walk.towards_roots(work, kin="work_trace_kin")
    work.run("trace_roots")
    return work.count("work_trace_roots")
