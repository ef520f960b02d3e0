-- The stored copies of the spans of one id, per trace the one that counts first.
SELECT
    TraceId, SpanId, ContentHash, StoredAt, least(OccurredAt, StoredAt) AS Happened, SpanName, ServiceName,
    toString(Process) AS Process, TransactionKey, toString(Step) AS Step, toString(System) AS System,
    toString(Outcome) AS Outcome, EntityTypes, EntityIds, Problems, toString(Batch) AS Batch
FROM $spans AS spans
WHERE Tenant = {tenant:String} AND SpanId = {span:String} AND ({trace:String} = '' OR TraceId = {trace:String})
ORDER BY TraceId, addNanoseconds(Timestamp, Duration) DESC, ContentHash DESC, StoredAt
LIMIT 100
