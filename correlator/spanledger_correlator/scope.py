"""Scope: which transactions and traces the new spans can change. Anything it missed would stay wrong till a rebuild.

Reads `work_incoming`, `work_superseded` and `work_renamed`; leaves the roots to judge anew in `work_scope`, and the
traces to look at in `work_new_traces` and `work_moved_traces`.
"""

from __future__ import annotations

from spanledger_correlator import walk
from spanledger_correlator.workspace import Workspace


def find_scope(work: Workspace, *, again: bool) -> None:
    """Everything that the new spans name, lead to, say something about, or have taken away.

    `again` says that an earlier attempt may have kept states of some of these spans: then none of them counts as new.
    """
    work.run("walk/nodes_empty", into="work_touched_more")
    work.run("scope/reclaimed")
    if work.count("work_reclaimed"):
        work.kin("work_reclaimed", into="work_reclaimed_kin")
        work.run("scope/touched_rivals")
    _find_news(work)
    if work.newly_corrected:
        work.run("corrections/touched")
    work.run("scope/touched")
    work.kin("work_touched", into="work_touched_kin")
    walk.begin(work)
    walk.towards_roots(work, kin="work_touched_kin")
    work.run("scope/scope")
    _find_moved_traces(work, again=again)
    work.run(
        "scope/new_traces",
        into="work_new_traces",
        source="(SELECT Tenant, TraceId FROM work_incoming UNION ALL SELECT Tenant, TraceId FROM work_moved_traces)",
    )


def _find_news(work: Workspace) -> None:
    """An attribute changes transactions that its span does not name: those beside which its entity stands."""
    work.run("scope/news")
    if work.count("work_news"):
        work.kin("(SELECT DISTINCT Tenant, Type, Id FROM work_news)", into="work_news_kin")
        work.run("scope/changed")
        if work.count("work_changed"):
            work.run("scope/touched_attributes")


def _find_moved_traces(work: Workspace, *, again: bool) -> None:
    """A link or an alias moves spans that came long ago: from what they inherited to what they name, and back."""
    work.run("scope/relinked")
    if work.newly_corrected:
        work.run("corrections/relinked")
    work.run("walk/nodes_empty", into="work_relinked_joined")
    if work.count("work_relinked"):
        work.kin("work_relinked", into="work_relinked_kin")
        walk.from_joined(work, kin="work_relinked_kin", into="work_relinked_joined")
        work.run("scope/moved_traces", {"again": again})
    else:
        work.run("scope/new_traces", into="work_moved_traces", source="work_superseded")
    if work.newly_corrected:
        work.run("corrections/moved_traces")
