-- Waiting spans of those traces; of identical copies the first accepted counts.
$target
SELECT w.*, r.No AS No
FROM
(
    SELECT * FROM $waiting AS waiting
    WHERE (Tenant, TraceId) IN (SELECT Tenant, TraceId FROM $traces)
        AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
            (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
    ORDER BY StoredAt
    LIMIT 1 BY Tenant, Process, TraceId, SpanId
) AS w
INNER JOIN (SELECT toString(Process) AS Process, No FROM work_rules) AS r ON r.Process = w.Process
