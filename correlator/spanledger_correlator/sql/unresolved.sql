-- Those that no link has attached: rule 4 has to look at the trace around them. So it has where a link may just have
-- taken a span away from what it inherited.
CREATE OR REPLACE TEMPORARY TABLE work_unresolved ENGINE = Memory AS
SELECT * FROM work_candidates
WHERE (Tenant, Process, TraceId, SpanId) NOT IN (SELECT Tenant, Process, TraceId, SpanId FROM $attached)
    OR (Tenant, TraceId) IN (SELECT Tenant, TraceId FROM work_moved_traces)
