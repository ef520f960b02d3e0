"""Aliases: which ids are one entity, and which of them it goes by (DESIGN section 5).

Reads `work_component` (ids to start from) and leaves `work_canonical`.
"""

from __future__ import annotations

from spanledger_correlator.workspace import Workspace


def resolve_touched(work: Workspace, version: int) -> bool:
    """Resolve the entities that the new spans touch and keep what changed; returns whether any of them has an alias."""
    work.run("aliases/component_touched", **work.known("work_incoming"))
    if not work.count("work_component"):
        work.run("aliases/none", into="work_canonical")
        work.run("aliases/none", into="work_canonical_before")
        return False
    if work.ask("aliases/restated"):
        _join(work)
    else:
        work.run("aliases/labels_known", **work.known("work_component"))
    work.run("aliases/canonical", {"version": version})
    work.run("aliases/before")
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


def _join(work: Workspace) -> None:
    """Gather the ids of each entity under one label, into `work_labels`."""
    size = -1
    while (grown := work.count("work_component")) != size:
        size = grown
        work.run("aliases/component_grow")
    work.run("aliases/labels_start")
    # Two ids of one entity meet at once; a chain of n aliases takes at most n rounds.
    while work.count("(SELECT 1 FROM work_labels WHERE Moved)"):
        work.run("aliases/labels_spread")
