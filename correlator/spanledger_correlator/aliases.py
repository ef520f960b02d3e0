"""Aliases: which ids are one entity, and which of them it goes by (DESIGN section 5).

Reads `work_component` (ids to start from) and `work_alias_edges` (what new spans state); leaves `work_canonical`
and `work_renamed`.
"""

from __future__ import annotations

from spanledger_correlator.workspace import Workspace


def resolve_touched(work: Workspace, version: int, *, again: bool) -> bool:
    """Resolve the entities that the new spans touch and keep what changed; returns whether anything did.

    Leaves in `work_renamed` whose ids changed. `again` takes all of them for changed: an earlier attempt may have kept
    them, and not what follows.
    """
    work.run("aliases/component_touched", **work.known("work_incoming"))
    if not work.count("work_component"):
        work.run("aliases/none", into="work_renamed")
        return False
    if work.count("work_superseded"):
        # An alias may have been taken back: what was joined may fall apart.
        _join(work)
    else:
        _join_new(work)
    work.run("aliases/canonical", {"version": version})
    work.run("aliases/before", **work.known("work_canonical"))
    work.run("aliases/renamed", {"again": again})
    if not work.count("work_renamed"):
        return False
    # The members first: what is kept of the ids tells a later attempt whether it has anything to keep.
    work.run("aliases/keep_members", {"version": version})
    work.run("aliases/keep_ids", {"version": version})
    work.know_more_aliases("work_canonical")
    work.run("aliases/forget_members", **work.known("work_canonical"))
    return True


def resolve_all(work: Workspace) -> None:
    """Resolve every aliased entity into `work_canonical`, for an evaluation that must not touch what is kept."""
    work.run("aliases/component_all")
    _join(work)
    work.run("aliases/canonical", {"version": 1})
    work.know_aliases("work_canonical")


def _join_new(work: Workspace) -> None:
    """Gather the ids of each entity under one label, into `work_labels`: what is known is joined by the new aliases."""
    work.run("aliases/labels_known", **work.known("work_component"))
    # Two entities meet at once; a chain of n new aliases takes at most n rounds.
    while work.ask("aliases/parted"):
        work.run("aliases/labels_meet")


def _join(work: Workspace) -> None:
    """The same from every alias that was ever stated."""
    size = -1
    while (grown := work.count("work_component")) != size:
        size = grown
        work.run("aliases/component_grow")
    work.run("aliases/labels_start")
    # Two ids of one entity meet at once; a chain of n aliases takes at most n rounds.
    while work.count("(SELECT 1 FROM work_labels WHERE Moved)"):
        work.run("aliases/labels_spread")
