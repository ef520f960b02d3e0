"""Heeding corrections: an evaluation reads links as people have corrected them, and leaves out what they took out.

Without any correction in the store nothing is added to an evaluation but the question whether there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spanledger_correlator.inbox import Batch, bound
from spanledger_correlator.workspace import Workspace


def heed(work: Workspace) -> None:
    """From here on `work` reads links as the corrections that stand say; aliases must have been resolved.

    Leaves `work_cuts`, `work_added` and `work_detached`.
    """
    work.sources = work.uncorrected
    (found,) = work.rows("corrections/how_many")
    work.corrected = bool(found["Known"])
    if not work.corrected:
        return
    work.run("corrections/standing")
    work.run("corrections/named")
    work.kin("work_corrected_names", into="work_corrected_kin")
    for table in ("cuts", "added", "detached"):
        work.run(f"corrections/{table}")
    work.sources = replace(work.uncorrected, links=work.relation("corrections/links"))


def read_corrections(work: Workspace, batches: Sequence[Batch]) -> None:
    """Leave in `work_newly_corrected` the corrections among these commits, if any: `work.newly_corrected` says so.

    A decision that is taken back is as new as the one that ends it.
    """
    work.newly_corrected = False
    if work.count("corrections"):
        work.run("corrections/newly", bound(batches))
        work.newly_corrected = bool(work.count("work_newly_corrected"))


def leave_out(work: Workspace, attached: str, scope: str) -> None:
    """Take the attachments that people took out off the work table `attached`, whose transactions are in `scope`."""
    if work.corrected and work.count("work_detached"):
        work.run("corrections/leave_out", attached=attached, scope=scope)
