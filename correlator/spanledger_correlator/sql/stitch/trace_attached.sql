-- What rules 1 to 3 attach in the traces around unresolved spans.
CREATE OR REPLACE TEMPORARY TABLE work_trace_attached ENGINE = Memory AS
SELECT Tx, Tenant, TraceId, SpanId FROM work_attached
WHERE (Tenant, TraceId) IN (SELECT Tenant, TraceId FROM work_unresolved)
