-- The traces around unresolved spans: who is whose parent, and which entities are named.
$target
SELECT
    toString(Tenant) AS Tenant, TraceId, SpanId,
    argMax(ParentSpanId, (addNanoseconds(Timestamp, Duration), ContentHash)) AS ParentSpanId,
    argMax(EntityTypes, (addNanoseconds(Timestamp, Duration), ContentHash)) AS EntityTypes,
    argMax(EntityIds, (addNanoseconds(Timestamp, Duration), ContentHash)) AS EntityIds,
    argMax(TransactionKey, (addNanoseconds(Timestamp, Duration), ContentHash)) AS TransactionKey
FROM $spans AS spans
WHERE (Tenant, TraceId) IN (SELECT Tenant, TraceId FROM work_unresolved) $only_traces
GROUP BY Tenant, TraceId, SpanId
