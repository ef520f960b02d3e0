"""Extraction: what spans say about steps, links, aliases and attributes, kept by entity.

Everything here follows from a span and the definitions alone; nothing from what other spans say.
"""

from __future__ import annotations

from collections.abc import Sequence

from spanledger_correlator.inbox import Batch, bound
from spanledger_correlator.workspace import Workspace

DERIVED = (
    "correlated_batches",
    "facts",
    "waiting",
    "links",
    "alias_edges",
    "canonical_ids",
    "canonical_members",
    "entity_attributes",
    "claims",
    "superseded_copies",
    "spans_trace_id_ts",
    "unattached",
)
"""The tables that a rebuild empties: derived from spans, and no reader's answer by themselves."""

_EXTRACTS = ("superseded", "facts", "waiting", "links", "aliases", "attributes", "claims", "traces")


def extract(work: Workspace, batches: Sequence[Batch]) -> None:
    """Read the spans of these commits into `work_incoming` and keep what they say. Repeating it is harmless."""
    work.run("incoming", bound(batches))
    work.run("superseded")
    for name in _EXTRACTS:
        work.run(f"insert_{name}")
