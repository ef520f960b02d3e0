-- Those that no link has attached: rule 4 has to look at the trace around them. So it has where a span may just have
-- lost what it inherited: to a link that takes it elsewhere, or with the copy that counted till now.
CREATE OR REPLACE TEMPORARY TABLE work_unresolved ENGINE = Memory AS
SELECT Tenant, No, TraceId, SpanId FROM work_candidates
WHERE (Tenant, No, TraceId, SpanId) NOT IN
    (
        SELECT Tenant, bitAnd(Tx, 65535), TraceId, SpanId FROM work_attached
        WHERE (TraceId, SpanId) IN (SELECT TraceId, SpanId FROM work_candidates)
    )
UNION DISTINCT
SELECT w.Tenant AS Tenant, r.No AS No, w.TraceId AS TraceId, w.SpanId AS SpanId
FROM $waiting AS w
INNER JOIN (SELECT toString(Process) AS Process, No FROM work_rules) AS r ON r.Process = w.Process
WHERE (w.Tenant, w.TraceId) IN (SELECT Tenant, TraceId FROM work_moved_traces)
