"""Judging: from the attached spans of a transaction to its state, free of any clock (DESIGN section 6).

Reads `work_attached`; leaves `work_states`. What the clock adds is read from a state by `verdict.py`.
"""

from __future__ import annotations

from spanledger_correlator.workspace import Workspace


def judge(work: Workspace) -> None:
    """One state per transaction and process, for every process in one pass."""
    work.run("step_states")
    work.run("related")
    work.run("subjects")
    work.kin("work_subjects", into="work_subject_kin")
    work.run("attributes")
    work.run("known")
    work.run("clients")
    work.run("claimed")
    work.kin("work_claimed", into="work_claimed_kin")
    work.run("rivals")
    work.kin("work_rivals", into="work_rival_kin")
    work.run("one_per")
    work.run("progress")
    work.run("states")
