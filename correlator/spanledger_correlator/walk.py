"""Walking along links: from joined entities to the roots they lead to, and from roots out to what joins them.

A walk only moves to types nearer the root and ends at a root, never passing through it: that keeps a payment that
settles two invoices from welding them into one transaction (DESIGN section 5, rule 3). So it ends after as many hops as
a definition names joined types.
"""

from __future__ import annotations

from spanledger_correlator.workspace import Workspace

_EARLIEST = "argMin(concat(l.TraceId, l.SpanId), (least(l.OccurredAt, l.StoredAt), l.TraceId, l.SpanId))"
"""The span that carries a hop: of all that state the link, the earliest."""


def begin(work: Workspace) -> None:
    """Begin an evaluation: nothing has been walked yet."""
    work.run("walk/begin")
    work.laps = 0


def towards_roots(work: Workspace, kin: str) -> None:
    """Have in `work_walk` what each joined entity in the work table `kin` leads to: roots where `Rank` is 0.

    Entities from which a walk of the same evaluation has begun are not walked from again.
    """
    work.laps += 1
    lap = {"lap": work.laps}
    work.run("walk/start", lap, kin=kin)
    carrier = _EARLIEST if work.evidence else "''"
    frontier = work.relation("walk/frontier")
    for depth in range(1, work.vocabulary.longest_walk + 1):
        reached = {**lap, "depth": depth - 1}
        if not work.ask("walk/goes_on", reached, walk="work_walk", further="Lap = {lap:UInt16} AND Rank > 0"):
            break
        aliases = work.known(work.relation("walk/others", walk="work_walk"))
        work.run("walk/hop", {**lap, "depth": depth}, carrier=carrier, frontier=frontier, **aliases)


def from_roots(work: Workspace, into: str, members: str = "work_members") -> None:
    """Fill `into` with the joined entities from which the roots in `members` can be reached."""
    work.run("walk/back_start", kin=members, rank="t.Rank = 0")
    _outwards(work, into, most=work.vocabulary.longest_walk)


def from_joined(work: Workspace, kin: str, into: str) -> None:
    """Fill `into` with the joined entities from which those in the work table `kin` can be reached."""
    work.run("walk/back_start", kin=kin, rank="t.Rank > 0")
    _outwards(work, into, most=work.vocabulary.longest_walk - 1)


def _outwards(work: Workspace, into: str, most: int) -> None:
    for depth in range(1, most + 1):
        if not work.ask("walk/goes_on", {"depth": depth - 1}, walk="work_outwards", further="true"):
            break
        aliases = work.known(work.relation("walk/others", walk="work_outwards"))
        work.run("walk/back_hop", {"depth": depth}, **aliases)
    work.run("walk/outwards", into=into)
