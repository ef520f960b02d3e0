INSERT INTO unattached
SELECT
    Tenant, TraceId, SpanId, Step, System, Processes, Reason, OccurredAt, StoredAt,
    {version:UInt64}, toUInt8(Reason = '')
FROM work_unattached
WHERE Reason != '' OR (Tenant, TraceId, SpanId) IN (SELECT Tenant, TraceId, SpanId FROM unattached)
