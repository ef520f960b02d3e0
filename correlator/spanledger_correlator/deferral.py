"""Deferral: a few transactions must not hold the others up.

A tick judges what its spans touch. One root with a million spans, one payment over a hundred thousand invoices, or a
fact about the account of half of all invoices would make that minutes. Such roots are put aside instead
(`deferred_roots`), and judged a few at a time beside the ticks; that late, and no other way.
"""

from __future__ import annotations

from spanledger_correlator.workspace import Workspace

HEAVY = 20_000
"""A root with more spans than this is judged beside the ticks: looking at so many takes about a second."""
MANY = 1_000
"""A span that names more entities than this, or a joined entity that leads to more roots, stands for a crowd."""
_ROOTS_ANYHOW = 2_000
_ROOTS_PER_SPAN = 2


def begin(work: Workspace) -> None:
    """Begin an evaluation: nothing is deferred yet."""
    work.run("deferral/none")


def defer_crowds(work: Workspace) -> None:
    """Take off `work_scope` what would hold the others up."""
    if work.count("heavy_roots"):
        _defer(work, "work_scope", work.relation("deferral/heavy", scope="work_scope"))
    if _too_many(work, "work_scope"):
        _defer(work, "work_scope", work.relation("deferral/far"), {"many": MANY})


def defer_more(work: Workspace) -> bool:
    """The same of `work_scope_more`, the transactions to which traces lead; returns whether anything was taken off.

    No new span names any of them.
    """
    if _too_many(work, "work_scope_more"):
        return _defer(work, "work_scope_more", work.relation("deferral/every", scope="work_scope_more"))
    if work.count("heavy_roots"):
        return _defer(work, "work_scope_more", work.relation("deferral/heavy", scope="work_scope_more"))
    return False


def keep(work: Workspace, version: int) -> None:
    """Remember what this evaluation has deferred."""
    if work.count("work_deferred"):
        work.run("deferral/keep", {"version": version})


def mark_heavy(work: Workspace) -> None:
    """Remember the roots that have turned out to be heavy."""
    if work.count("work_attached") > HEAVY:
        work.run("deferral/mark", {"heavy": HEAVY})


def take_next(work: Workspace, most: int) -> int:
    """Leave in `work_touched` at most so many roots that wait, or one that is heavy; returns how many wait."""
    (waiting,) = work.rows("deferral/waiting")
    if waiting["Waiting"]:
        work.run("deferral/next", {"most": min(most, waiting["Light"]) or 1})
    return int(waiting["Waiting"])


def _too_many(work: Workspace, scope: str) -> bool:
    roots = work.count(scope)
    return roots > _ROOTS_ANYHOW and roots > _ROOTS_ANYHOW + _ROOTS_PER_SPAN * work.count("work_incoming")


def _defer(work: Workspace, scope: str, which: str, values: dict[str, int] | None = None) -> bool:
    before = work.count("work_deferred")
    work.run("deferral/defer", values, scope=scope, which=which)
    if work.count("work_deferred") == before:
        return False
    work.run("deferral/leave", scope=scope, after="0" if scope == "work_scope" else "(SELECT count() FROM work_scope)")
    return True
