-- What waits in the traces looked at, and an end for what waited there before and now does not.
INSERT INTO unattached
SELECT
    Tenant, TraceId, SpanId, Step, System, Processes, Reason, OccurredAt, StoredAt,
    {version:UInt64}, toUInt8(Reason = '')
FROM work_unattached
WHERE Reason != '' OR (Tenant, TraceId, SpanId) IN (SELECT Tenant, TraceId, SpanId FROM unattached)
UNION ALL
SELECT Tenant, TraceId, SpanId, Step, System, Processes, '', OccurredAt, StoredAt, {version:UInt64}, 1
FROM unattached FINAL
WHERE (Tenant, TraceId) IN (SELECT Tenant, TraceId FROM work_traces)
    AND (Tenant, TraceId, SpanId) NOT IN (SELECT Tenant, TraceId, SpanId FROM work_unattached)
