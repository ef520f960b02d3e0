-- The nearest ancestor of each span without a root of its own that belongs to any transaction of the process.
CREATE OR REPLACE TEMPORARY TABLE work_nearest ENGINE = Memory AS
WITH RECURSIVE
    holders AS (SELECT DISTINCT Tenant, bitAnd(Tx, 65535) AS No, TraceId, SpanId FROM work_trace_attached),
    climb AS
    (
        SELECT
            u.Tenant AS Tenant, u.No AS No, u.TraceId AS TraceId, u.SpanId AS SpanId,
            p.ParentSpanId AS AncestorId, 1 AS Depth
        FROM work_open_ends AS u
        INNER JOIN work_trace_spans AS p ON p.Tenant = u.Tenant AND p.TraceId = u.TraceId AND p.SpanId = u.SpanId
        WHERE p.ParentSpanId != ''
        UNION ALL
        SELECT
            c.Tenant AS Tenant, c.No AS No, c.TraceId AS TraceId, c.SpanId AS SpanId,
            p.ParentSpanId AS AncestorId, c.Depth + 1 AS Depth
        FROM climb AS c
        INNER JOIN work_trace_spans AS p ON p.Tenant = c.Tenant AND p.TraceId = c.TraceId AND p.SpanId = c.AncestorId
        WHERE p.ParentSpanId != '' AND c.Depth < 100
            AND (c.Tenant, c.No, c.TraceId, c.AncestorId) NOT IN
                (SELECT Tenant, No, TraceId, SpanId FROM holders)
    )
SELECT Tenant, No, TraceId, SpanId, argMin(c.AncestorId, c.Depth) AS AncestorId
FROM climb AS c
WHERE (Tenant, No, TraceId, c.AncestorId) IN (SELECT Tenant, No, TraceId, SpanId FROM holders)
GROUP BY Tenant, No, TraceId, SpanId
