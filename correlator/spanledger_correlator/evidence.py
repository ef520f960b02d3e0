"""Evidence: why a span belongs to a transaction. Computed when asked, by the same statements that attached it."""

from __future__ import annotations

from typing import Any

from spanledger_correlator.corrections.heeding import heed
from spanledger_correlator.definition.model import ProcessDefinition
from spanledger_correlator.statements import statement
from spanledger_correlator.stitch import stitch
from spanledger_correlator.workspace import NO_TRACES, Workspace


def attachments(work: Workspace, tenant: str, definition: ProcessDefinition, root_id: str) -> list[dict[str, Any]]:
    """The spans of the transaction whose root is known under `root_id`, in the order they happened."""
    root = {"tenant": tenant, "root_type": definition.entity, "root": root_id}
    work.run("scope/scope_one", root)
    for traces in ("work_new_traces", "work_moved_traces"):
        work.run("scope/new_traces", into=traces, source=NO_TRACES)
    heed(work)
    stitch(work)
    return work.store.rows(
        statement("reading/evidence", attachments=statement("reading/attachments")),
        {"tenant": tenant, "process": definition.process, "root": root_id},
    )
