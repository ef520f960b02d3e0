"""Walking along links: from joined entities to the roots they lead to, and from roots out to what joins them.

A walk only moves to types nearer the root and ends at a root, never passing through it: that keeps a payment that
settles two invoices from welding them into one transaction (DESIGN section 5, rule 3).
"""

from __future__ import annotations

from spanledger_correlator.workspace import Workspace

_EARLIEST = "argMin(concat(l.TraceId, l.SpanId), (least(l.OccurredAt, l.StoredAt), l.TraceId, l.SpanId))"
"""The span that carries a hop: of all that state the link, the earliest."""


def towards_roots(work: Workspace, kin: str) -> None:
    """Fill `work_reach` with the roots that each joined entity in the work table `kin` leads to."""
    work.run("walk/reach_empty", into="work_reach")
    work.run("walk/start", kin=kin)
    while work.count("work_front"):
        work.run("walk/step", carrier=_EARLIEST if work.evidence else "''")
        work.kin("work_hop", into="work_hop_kin")
        work.run("walk/arrive", into="work_reach")
        work.run("walk/advance")


def from_roots(work: Workspace, into: str) -> None:
    """Fill `into` with the joined entities from which the roots in `work_members` can be reached."""
    _outwards(work, "work_members", into, rank="t.Rank = 0")


def from_joined(work: Workspace, kin: str, into: str) -> None:
    """Fill `into` with the joined entities from which those in the work table `kin` can be reached."""
    _outwards(work, kin, into, rank="t.Rank > 0")


def _outwards(work: Workspace, kin: str, into: str, rank: str) -> None:
    work.run("walk/nodes_empty", into=into)
    work.run("walk/back_start", kin=kin, rank=rank)
    while work.count("work_front"):
        work.run("walk/back_step")
        work.run("walk/nodes_add", into=into, nodes="work_hop")
        work.kin("work_hop", into="work_hop_kin")
        work.run("walk/back_advance")
