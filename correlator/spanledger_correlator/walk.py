"""Walking along links: from joined entities to the roots they lead to, and from roots out to what joins them.

A walk only moves to types nearer the root and ends at a root, never passing through it: that keeps a payment that
settles two invoices from welding them into one transaction (DESIGN section 5, rule 3). So it ends after as many hops as
a definition names joined types.
"""

from __future__ import annotations

from spanledger_correlator.workspace import Workspace

_EARLIEST = "argMin(concat(l.TraceId, l.SpanId), (least(l.OccurredAt, l.StoredAt), l.TraceId, l.SpanId))"
"""The span that carries a hop: of all that state the link, the earliest."""


def towards_roots(work: Workspace, kin: str) -> None:
    """Fill `work_walk` with what each joined entity in the work table `kin` leads to: roots where `Rank` is 0."""
    work.run("walk/start", kin=kin)
    carrier = _EARLIEST if work.evidence else "''"
    _walk(work, "work_walk", "walk/hop", most=work.vocabulary.longest_walk, further="> 0", carrier=carrier)


def from_roots(work: Workspace, into: str, members: str = "work_members") -> None:
    """Fill `into` with the joined entities from which the roots in `members` can be reached."""
    work.run("walk/back_start", kin=members, rank="t.Rank = 0")
    _walk(work, "work_outwards", "walk/back_hop", most=work.vocabulary.longest_walk, further=">= 0")
    work.run("walk/outwards", into=into)


def from_joined(work: Workspace, kin: str, into: str) -> None:
    """Fill `into` with the joined entities from which those in the work table `kin` can be reached."""
    work.run("walk/back_start", kin=kin, rank="t.Rank > 0")
    _walk(work, "work_outwards", "walk/back_hop", most=work.vocabulary.longest_walk - 1, further=">= 0")
    work.run("walk/outwards", into=into)


def _walk(work: Workspace, walk: str, hop: str, *, most: int, further: str, **tables: str) -> None:
    for depth in range(1, most + 1):
        if not work.ask("walk/goes_on", {"depth": depth - 1}, walk=walk, further=further):
            break
        work.run(hop, {"depth": depth}, **work.known(work.relation("walk/others", walk=walk)), **tables)
