-- Whether any process has taken each waiting span; the reason says what it lacks.
CREATE OR REPLACE TEMPORARY TABLE work_unattached ENGINE = Memory AS
SELECT
    toString(c.Tenant) AS Tenant, c.TraceId AS TraceId, c.SpanId AS SpanId, min(c.Step) AS Step, min(c.System) AS System,
    arraySort(groupUniqArray(toString(c.Process))) AS Processes,
    multiIf(
        max(c.Elsewhere) OR max(t.Taken), '',
        $decided, '',
        max(t.Crowded), 'ambiguous_trace',
        max(notEmpty(c.EntityIds)), 'no_link',
        'no_entity') AS Reason,
    min(least(c.OccurredAt, c.StoredAt)) AS OccurredAt, min(c.StoredAt) AS StoredAt
FROM work_candidates AS c
LEFT JOIN
(
    SELECT Tenant, No, TraceId, SpanId, max(o.Taken) AS Taken, max(o.Crowded) AS Crowded
    FROM
    (
        SELECT Tenant, bitAnd(Tx, 65535) AS No, TraceId, SpanId, 1 AS Taken, 0 AS Crowded FROM work_attached
        WHERE (TraceId, SpanId) IN (SELECT TraceId, SpanId FROM work_candidates)
        UNION ALL
        SELECT Tenant, bitAnd(Tx, 65535) AS No, TraceId, SpanId, 1 AS Taken, 0 AS Crowded FROM work_trace_attached
        UNION ALL
        SELECT Tenant, bitAnd(Tx, 65535) AS No, TraceId, SpanId, 1 AS Taken, 0 AS Crowded FROM work_inherited
        UNION ALL
        SELECT u.Tenant AS Tenant, u.No AS No, u.TraceId AS TraceId, u.SpanId AS SpanId, 0 AS Taken, 1 AS Crowded
        FROM work_unresolved AS u
        INNER JOIN
        (
            SELECT Tenant, bitAnd(Tx, 65535) AS No, TraceId FROM work_trace_attached
            GROUP BY Tenant, No, TraceId HAVING uniqExact(Tx) > 1
        ) AS m ON m.Tenant = u.Tenant AND m.No = u.No AND m.TraceId = u.TraceId
    ) AS o
    GROUP BY Tenant, No, TraceId, SpanId
) AS t ON t.Tenant = c.Tenant AND t.No = c.No AND t.TraceId = c.TraceId AND t.SpanId = c.SpanId
GROUP BY Tenant, TraceId, SpanId
