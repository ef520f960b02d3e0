-- The traces around unresolved spans: who is whose parent, and which entities are named.
CREATE OR REPLACE TEMPORARY TABLE work_trace_spans ENGINE = Memory AS
SELECT
    toString(Tenant) AS Tenant, TraceId, SpanId,
    argMax(ParentSpanId, (addNanoseconds(Timestamp, Duration), ContentHash)) AS ParentSpanId,
    argMax(EntityTypes, (addNanoseconds(Timestamp, Duration), ContentHash)) AS EntityTypes,
    argMax(EntityIds, (addNanoseconds(Timestamp, Duration), ContentHash)) AS EntityIds,
    argMax(TransactionKey, (addNanoseconds(Timestamp, Duration), ContentHash)) AS TransactionKey
FROM $spans AS spans
WHERE (Tenant, TraceId) IN (SELECT Tenant, TraceId FROM work_unresolved)
GROUP BY Tenant, TraceId, SpanId
