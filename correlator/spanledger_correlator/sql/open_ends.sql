CREATE OR REPLACE TEMPORARY TABLE work_open_ends ENGINE = Memory AS
SELECT DISTINCT Tenant, Process, TraceId, SpanId FROM work_unresolved
WHERE (Tenant, Process, TraceId, SpanId) NOT IN (SELECT Tenant, Process, TraceId, SpanId FROM work_trace_attached)
