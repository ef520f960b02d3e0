"""Deadlines that a plain sum does not give: working time, days of a zone, months, cut-offs, tiers and pauses.

Reads `work_progress`, `work_known` and `work_attached`; leaves `work_deadlines` and `work_pauses`. Both stay empty,
and no statement runs, while no definition in force declares any of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spanledger_correlator.workspace import Workspace


def prepare(work: Workspace) -> None:
    """What the definitions in force count by, and that nothing has been counted yet."""
    work.run("deadlines/no_deadlines")
    work.run("deadlines/no_pauses")
    if work.vocabulary.budgeted:
        for name in ("budgets", "pause_steps", "calendars", "calendar_offsets", "calendar_days"):
            work.run(f"deadlines/{name}")


def find_deadlines(work: Workspace, *, budgeted: bool, pauses: bool) -> None:
    """The deadlines and pauses of the transactions that are being judged.

    `budgeted` says whether any of them is of a process with budgets, `pauses` whether a step has succeeded that
    begins a pause.
    """
    if not work.vocabulary.budgeted:
        return
    work.run("deadlines/pauses" if pauses else "deadlines/no_pauses")
    if budgeted:
        work.run("deadlines/anchors")
        if work.count("work_anchors"):
            work.run("deadlines/dues")
            work.run("deadlines/marks")
            work.run("deadlines/deadlines")
            return
    work.run("deadlines/no_deadlines")
