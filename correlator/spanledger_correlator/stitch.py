"""Stitching: which step spans belong to which transactions, and by which evidence (DESIGN section 5).

Reads the roots in `work_scope` and the traces in `work_new_traces`; leaves `work_attached` (one row per transaction
and span) and `work_unattached` (what the waiting spans of those traces came to).
"""

from __future__ import annotations

from spanledger_correlator import walk
from spanledger_correlator.corrections.heeding import leave_out
from spanledger_correlator.workspace import Workspace

# Age orders spans by when they happened, then by their ids, as one number.
_STEP_COLUMNS = """
        s.Word AS Word, s.Kind AS Kind, s.Position AS Position, s.Settling AS Settling, s.OfRoot AS OfRoot,
        f.TraceId AS TraceId, f.SpanId AS SpanId, f.StoredAt AS StoredAt, least(f.OccurredAt, f.StoredAt) AS Happened,
        bitShiftLeft(toUInt256(bitXor(toUInt64(toUnixTimestamp64Nano(Happened)), 9223372036854775808)), 128)
            + bitShiftLeft(toUInt128(reinterpretAsUInt64(reverse(unhex(f.SpanId)))), 64) + sipHash64(f.TraceId) AS Age,
        f.Step AS Step, f.System AS System, f.Outcome AS Outcome, f.ErrorKind AS ErrorKind, f.ErrorCode AS ErrorCode,
        f.ErrorMessage AS ErrorMessage, f.Currency AS Currency, f.DueAt AS DueAt, f.IdempotencyKey AS IdempotencyKey,
        f.LegalEntity AS LegalEntity, f.Region AS Region, f.Impact AS Impact, f.Singles AS Singles"""
# What a record should carry and does not: entity types and what it says of itself.
_LACKS = """,
        s.Asked AS Asked,
        arrayFilter(
            wanted -> NOT multiIf(
                wanted = 'amount', f.Amount IS NOT NULL,
                wanted = 'due_at', f.DueAt IS NOT NULL,
                wanted = 'legal_entity', f.LegalEntity != '',
                wanted = 'region', f.Region != '',
                wanted = 'idempotency_key', f.IdempotencyKey != '',
                has({types}, wanted)),
            s.Carries) AS Lacks"""
_IN_TRACES = "AND (Tenant, TraceId) IN (SELECT Tenant, TraceId FROM work_unresolved)"
_MORE = {"scope": "work_scope_more", "members": "work_members_more", "attached": "work_more_attached"}
_DECIDED = "max((c.Tenant, c.TraceId, c.SpanId) IN (SELECT Tenant, TraceId, SpanId FROM work_detached))"
"""A span that a person took out is nobody's orphan."""
_EVERY_SCOPE = "(SELECT * FROM work_scope UNION ALL SELECT * FROM work_scope_more)"
_TWICE = "SELECT Tx, toUInt128(Age) FROM {} GROUP BY ALL HAVING count() > 1"
_ANEW = "CREATE OR REPLACE TEMPORARY TABLE {} ENGINE = Memory AS"


def stitch(work: Workspace, *, onward: bool = False) -> None:
    """Attach the spans of the transactions in scope.

    A change in a trace can move the spans that rule 4 attaches there, so the scope grows by the transactions of every
    trace that holds such spans, once.

    `onward` says that all but the new spans has been evaluated and kept before: then what was found to lie around a
    transaction is looked up instead of searched.
    """
    work.kin("work_scope", into="work_members", carry="Root")
    if onward:
        work.run("stitch/joined_reached")
    else:
        walk.begin(work)
        walk.from_roots(work, into="work_joined")
    _attach(work, into="work_attached")
    if _find_unresolved(work, onward) and _find_trace_roots(work):
        if work.count("work_scope_more"):
            _take_in_more(work, onward)
        work.run("stitch/trace_attached")
        work.run("stitch/trace_scope")
        if work.count("work_scope_more"):
            _attach_more(work, onward, into="work_more_attached", only_traces=_IN_TRACES)
            work.run("stitch/take_in_traces")
        _inherit(work)
    else:
        work.run("stitch/attached_empty", into="work_trace_attached")
        work.run("stitch/attached_empty", into="work_inherited")
    work.run("stitch/transactions")
    work.run("stitch/unattached", decided=_DECIDED if work.corrected else "false")


def _inherit(work: Workspace) -> None:
    """Rule 4, for the unresolved spans that rules 1 to 3 have left."""
    work.run("stitch/open_ends")
    if not work.count("work_open_ends"):
        work.run("stitch/attached_empty", into="work_inherited")
        return
    work.run("stitch/nearest" if work.ask("stitch/climbs") else "stitch/nearest_none")
    work.run("stitch/inherit")
    leave_out(work, "work_inherited", _EVERY_SCOPE)
    work.run("stitch/attach_inherited", step_columns=_step_columns(work, "f.EntityTypes"))


def _take_in_more(work: Workspace, onward: bool) -> None:
    """Take the transactions in `work_scope_more` into the scope; those that their traces lead to are there afterwards."""
    _attach_more(work, onward, into="work_more_attached")
    for table in ("scope", "members", "attached"):
        work.run("stitch/take_in", into=f"work_{table}", more=_MORE[table])
    around = work.relation("stitch/contested", members="work_members_more") if onward else "work_more_attached"
    work.run("stitch/traces_more", traces=around)
    if work.count("work_traces_more"):
        work.run("stitch/take_in", into="work_traces", more="work_traces_more")
        work.run("stitch/candidates", target="INSERT INTO work_candidates", traces="work_traces_more")
    work.run("stitch/unresolved")
    if work.count("work_traces_more"):
        _find_trace_roots(work, further=True)
    else:
        work.run("stitch/scope_more")


def _attach_more(work: Workspace, onward: bool, into: str, only_traces: str = "") -> None:
    """Rules 1 to 3 for the transactions in `work_scope_more`, to which no new span leads."""
    work.kin("work_scope_more", into="work_members_more", carry="Root")
    if onward:
        work.run("stitch/joined_kept", members="work_members_more")
    else:
        walk.from_roots(work, into="work_joined", members="work_members_more")
    _attach(work, into, "work_scope_more", "work_members_more", only_traces)


def _attach(
    work: Workspace, into: str, scope: str = "work_scope", members: str = "work_members", only_traces: str = ""
) -> None:
    """Rules 1 to 3 for the roots in `scope`, over the joined entities in `work_joined`."""
    work.kin("work_joined", into="work_joined_kin")
    walk.towards_roots(work, kin="work_joined_kin")
    work.run("stitch/reach_ids", members=members)
    columns = _step_columns(work, "f.Types")
    work.run("stitch/attach_named", into=into, members=members, step_columns=columns, only_traces=only_traces)
    if work.count("work_reach_ids"):
        work.run("stitch/attach_reached", into=into, step_columns=columns, only_traces=only_traces)
    if work.ask("stitch/repeated", attached=into):
        work.run("stitch/once", attached=into, twice=_TWICE.format(into))
    leave_out(work, into, scope)


def _step_columns(work: Workspace, types: str) -> str:
    """What is kept of an attached span; `types` is the column with the types of the entities that it names."""
    return _STEP_COLUMNS + (_LACKS.format(types=types) if "carries" in work.vocabulary.asks else "")


def _find_unresolved(work: Workspace, onward: bool) -> int:
    """Waiting spans in those traces that no link attaches to the scope."""
    if onward:
        contested = work.relation("stitch/contested", members="work_members")
        work.run("stitch/traces_contested", contested=contested)
    else:
        work.run("stitch/traces_attached")
    work.run("stitch/candidates", target=_ANEW.format("work_candidates"), traces="work_traces")
    work.run("stitch/unresolved")
    return work.count("work_unresolved")


def _find_trace_roots(work: Workspace, *, further: bool = False) -> int:
    """The transactions that the traces around unresolved spans lead to; without any, rule 4 has nothing to give.

    `further` adds those that the traces in `work_traces_more` lead to.
    """
    target = "INSERT INTO {}" if further else _ANEW
    only = "AND (Tenant, TraceId) IN (SELECT Tenant, TraceId FROM work_traces_more)" if further else ""
    work.run("stitch/trace_spans", target=target.format("work_trace_spans"), only_traces=only)
    work.run("stitch/trace_nodes", only_traces=only)
    work.kin("(SELECT DISTINCT Tenant, Type, Id FROM work_trace_nodes)", into="work_trace_kin")
    walk.towards_roots(work, kin="work_trace_kin")
    work.run("stitch/trace_roots", target=target.format("work_trace_roots"))
    work.run("stitch/scope_more")
    return work.count("work_trace_roots")
