-- Those that no link has attached: rule 4 has to look at the trace around them. So it has where a span may just have
-- lost what it inherited: to a link that takes it elsewhere, or with the copy that counted till now.
CREATE OR REPLACE TEMPORARY TABLE work_unresolved ENGINE = Memory AS
SELECT * FROM work_candidates
WHERE (Tenant, Process, TraceId, SpanId) NOT IN (SELECT Tenant, Process, TraceId, SpanId FROM $attached)
UNION ALL
SELECT * FROM $waiting AS waiting
WHERE (Tenant, TraceId) IN (SELECT Tenant, TraceId FROM work_moved_traces)
