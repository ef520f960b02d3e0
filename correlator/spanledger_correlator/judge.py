"""Judging: from the attached spans of a transaction to its state, free of any clock (DESIGN section 6).

Reads `work_attached` and `work_transactions`; leaves `work_states`. What the clock adds is read from a state by
`sql/verdicts/verdict.sql`.
"""

from __future__ import annotations

from spanledger_correlator.deadlines import find_deadlines
from spanledger_correlator.workspace import Workspace

# A compensation undoes a step; a payment that is taken back leaves the other parts of a step that settles.
_UNDOES = """Outcome = 'compensated' AND NOT (
            Settling AND (
                Share IS NOT NULL OR (NOT OfRoot AND mapContains(Singles, splitByChar('.', toString(Step))[1]))))"""


def judge(work: Workspace, *, news: str = "true") -> None:
    """One state per transaction and process, for every process in one pass.

    `news` is a condition on attached spans: whether one may tell of an entity that has not stood beside the
    transaction before.
    """
    (occasions,) = work.rows("judge/occasions")
    work.run("judge/step_states", undoes=_UNDOES)
    work.run("judge/amounts" if occasions["priced"] else "judge/no_amounts")
    if occasions["settles"]:
        _settle(work)
    else:
        work.run("judge/no_settlements")
    work.run("judge/related", new=news)
    work.run("judge/subjects")
    work.kin("work_subjects", into="work_subject_kin")
    work.run("judge/attributes")
    work.run("judge/known")
    work.run("judge/clients")
    _find_duplicates(work)
    work.run("judge/progress")
    if occasions["fails"]:
        work.run("judge/failures", undoes=_UNDOES)
    else:
        work.run("judge/no_findings")
    work.run("judge/order")
    find_deadlines(work, budgeted=occasions["budgeted"], pauses=occasions["pauses"])
    if occasions["carries"] and work.rows("judge/records_lack"):
        work.run("judge/incomplete", undoes=_UNDOES)
    if occasions["amounts_agree"] and work.rows("judge/amounts_differ"):
        work.run("judge/amounts_agree", undoes=_UNDOES)
    if occasions["attributes_agree"] and work.rows("judge/attributes_differ"):
        work.run("judge/attributes_agree")
    work.run("judge/states")


def _settle(work: Workspace) -> None:
    """What is owed, and what settles it; mostly nothing is taken back."""
    work.run("judge/parts")
    taken_back = work.count("(SELECT 1 FROM work_parts WHERE Compensates OR Role = 'reverses' LIMIT 1)")
    if taken_back:
        work.run("judge/moves")
    work.run("judge/settlements", moves="work_moves" if taken_back else "work_parts")


def _find_duplicates(work: Workspace) -> None:
    """Roots that claim what another root has claimed first; mostly there are none."""
    work.run("judge/claimed")
    if work.count("work_claimed"):
        work.kin("work_claimed", into="work_claimed_kin")
        work.run("judge/rivals")
        if work.count("work_rivals"):
            work.kin("(SELECT DISTINCT Tenant, Type, Id FROM work_rivals)", into="work_rival_kin")
            work.run("judge/one_per")
            return
    work.run("judge/one_per_none")
