"""Evidence: why a span belongs to a transaction. Computed when asked, by the same statements that attached it."""

from __future__ import annotations

from typing import Any

from spanledger_correlator.definition import ProcessDefinition
from spanledger_correlator.stitch import stitch
from spanledger_correlator.workspace import NO_TRACES, Workspace

_ATTACHMENTS = """
SELECT
    TraceId AS trace_id, SpanId AS span_id, Step AS step, Outcome AS outcome, Happened AS happened, Rule AS rule,
    concat(KeyType, ':', KeyId) AS key, CarrierTraceId AS carrier_trace_id, CarrierSpanId AS carrier_span_id,
    Share AS amount, Currency AS currency, ErrorKind AS error_kind, ErrorCode AS error_code,
    ErrorMessage AS error_message, System AS system
FROM work_attached
WHERE Tenant = {tenant:String} AND Process = {process:String} AND RootId = {root:String}
ORDER BY Happened, TraceId, SpanId
"""


def attachments(work: Workspace, tenant: str, definition: ProcessDefinition, root_id: str) -> list[dict[str, Any]]:
    """The spans of the transaction whose root is known under `root_id`, in the order they happened."""
    root = {"tenant": tenant, "root_type": definition.entity, "root": root_id}
    work.run("scope_one", root)
    for traces in ("work_new_traces", "work_moved_traces"):
        work.run("new_traces", into=traces, source=NO_TRACES)
    stitch(work)
    return work.store.rows(_ATTACHMENTS, {"tenant": tenant, "process": definition.process, "root": root_id})
