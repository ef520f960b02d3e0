CREATE OR REPLACE TEMPORARY TABLE work_open_ends ENGINE = Memory AS
SELECT Tenant, No, TraceId, SpanId FROM work_unresolved
WHERE (Tenant, No, TraceId, SpanId) NOT IN
    (SELECT Tenant, bitAnd(Tx, 65535), TraceId, SpanId FROM work_trace_attached)
