"""Extraction: what spans say about steps, links, aliases and attributes, kept by entity.

Everything here follows from a span and the definitions alone; nothing from what other spans say.
"""

from __future__ import annotations

from collections.abc import Sequence

from spanledger_correlator.corrections.heeding import read_corrections
from spanledger_correlator.inbox import Batch, bound
from spanledger_correlator.workspace import Workspace

_ALWAYS = ("seen", "facts", "links", "traces")


def extract(work: Workspace, batches: Sequence[Batch]) -> None:
    """Read the spans of these commits into `work_incoming` and keep what they say. Repeating it is harmless."""
    read_corrections(work, batches)
    work.run("extract/incoming", bound(batches))
    work.run("extract/suspects")
    work.run("extract/superseded" if work.count("work_suspects") else "extract/superseded_empty")
    work.run("extract/waits")
    work.run("extract/alias_edges")
    (said,) = work.rows("extract/says")
    for name in (*_ALWAYS, *(name for name, count in said.items() if count)):
        work.run(f"extract/insert_{name}")
