-- Waiting spans of those traces; of identical copies the first accepted counts.
CREATE OR REPLACE TEMPORARY TABLE work_candidates ENGINE = Memory AS
SELECT * FROM $waiting AS waiting
WHERE (Tenant, TraceId) IN (SELECT Tenant, TraceId FROM work_traces)
    AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
        (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
ORDER BY StoredAt
LIMIT 1 BY Tenant, Process, TraceId, SpanId
