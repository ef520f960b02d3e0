"""Aliases: which ids are one entity, and which of them it goes by (DESIGN section 5).

Reads `work_component` (ids to start from) and leaves `work_canonical`.
"""

from __future__ import annotations

from spanledger_correlator.workspace import Workspace


def resolve_touched(work: Workspace, version: int) -> bool:
    """Resolve the entities that the new spans touch and keep what changed; returns whether any of them has an alias."""
    work.run("aliases/component_touched")
    _resolve(work, version)
    work.run("aliases/before")
    aliased = bool(work.count("work_canonical"))
    if aliased:
        # The members first: what is kept of the ids tells a later attempt whether it has anything to keep.
        work.run("aliases/keep_members", {"version": version})
        work.run("aliases/keep_ids", {"version": version})
    return aliased


def resolve_all(work: Workspace) -> None:
    """Resolve every aliased entity into `work_canonical`, for an evaluation that must not touch what is kept."""
    work.run("aliases/component_all")
    _resolve(work, version=1)


def _resolve(work: Workspace, version: int) -> None:
    size = -1
    while (grown := work.count("work_component")) != size:
        size = grown
        work.run("aliases/component_grow")
    work.run("aliases/labels_start")
    # Two ids of one entity meet at once; a chain of n aliases takes at most n rounds.
    while work.count("(SELECT 1 FROM work_labels WHERE Moved)"):
        work.run("aliases/labels_spread")
    work.run("aliases/canonical", {"version": version})
