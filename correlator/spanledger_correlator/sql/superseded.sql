-- Copies of one identity that differ: the later end counts, then the larger content hash; the others are superseded
-- from the moment a better copy was stored. Only traces seen before, or twice in this batch, can hold such copies.
CREATE OR REPLACE TEMPORARY TABLE work_superseded ENGINE = Memory AS
WITH
    suspects AS
    (
        SELECT Tenant, TraceId FROM work_incoming
        GROUP BY Tenant, TraceId
        HAVING uniqExact(SpanId) < uniqExact(SpanId, ContentHash)
        UNION DISTINCT
        SELECT Tenant, TraceId FROM spans_trace_id_ts
        WHERE (TraceId, Tenant) IN (SELECT TraceId, Tenant FROM work_incoming)
    ),
    copies AS
    (
        SELECT
            Tenant, TraceId, SpanId, ContentHash, EntityTypes, EntityIds, TransactionKey,
            addNanoseconds(Timestamp, Duration) AS EndTime, StoredAt
        FROM spans
        WHERE (Tenant, TraceId) IN (SELECT Tenant, TraceId FROM suspects)
            AND (Tenant, TraceId, SpanId) IN (SELECT Tenant, TraceId, SpanId FROM work_incoming)
    )
SELECT
    loser.Tenant AS Tenant, loser.TraceId AS TraceId, loser.SpanId AS SpanId, loser.ContentHash AS ContentHash,
    any(loser.EntityTypes) AS EntityTypes, any(loser.EntityIds) AS EntityIds,
    any(loser.TransactionKey) AS TransactionKey, min(winner.StoredAt) AS StoredAt
FROM copies AS loser
INNER JOIN copies AS winner
    ON winner.Tenant = loser.Tenant AND winner.TraceId = loser.TraceId AND winner.SpanId = loser.SpanId
WHERE (winner.EndTime, winner.ContentHash) > (loser.EndTime, loser.ContentHash)
GROUP BY Tenant, TraceId, SpanId, ContentHash
