-- Rule 4: a span without a root of its own belongs to the transactions of its nearest ancestor that has any; failing
-- that, to the transaction of the trace, if the whole trace has exactly one of this process.
CREATE OR REPLACE TEMPORARY TABLE work_inherited ENGINE = Memory AS
WITH
    soles AS
    (
        SELECT Tenant, bitAnd(w.Tx, 65535) AS No, TraceId, min(w.Tx) AS Tx
        FROM work_trace_attached AS w
        GROUP BY Tenant, No, TraceId
        HAVING uniqExact(w.Tx) = 1
    )
SELECT DISTINCT
    u.Tenant AS Tenant, u.No AS No, u.TraceId AS TraceId, u.SpanId AS SpanId,
    a.Tx AS Tx, n.AncestorId AS CarrierSpanId
FROM work_open_ends AS u
INNER JOIN work_nearest AS n
    ON n.Tenant = u.Tenant AND n.No = u.No AND n.TraceId = u.TraceId AND n.SpanId = u.SpanId
INNER JOIN work_trace_attached AS a
    ON a.Tenant = n.Tenant AND bitAnd(a.Tx, 65535) = n.No AND a.TraceId = n.TraceId AND a.SpanId = n.AncestorId
UNION ALL
SELECT
    u.Tenant AS Tenant, u.No AS No, u.TraceId AS TraceId, u.SpanId AS SpanId,
    s.Tx AS Tx, '' AS CarrierSpanId
FROM work_open_ends AS u
INNER JOIN soles AS s ON s.Tenant = u.Tenant AND s.No = u.No AND s.TraceId = u.TraceId
WHERE (u.Tenant, u.No, u.TraceId, u.SpanId) NOT IN (SELECT Tenant, No, TraceId, SpanId FROM work_nearest)
