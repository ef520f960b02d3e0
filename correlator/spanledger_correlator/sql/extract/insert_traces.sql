INSERT INTO spans_trace_id_ts
SELECT Tenant, TraceId, min(Timestamp), max(EndTime)
FROM work_incoming
GROUP BY Tenant, TraceId
