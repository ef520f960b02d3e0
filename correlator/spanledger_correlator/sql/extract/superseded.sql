-- Copies of one identity that differ: the later end counts, then the larger content hash; the others are superseded
-- from the moment a better copy was stored.
CREATE OR REPLACE TEMPORARY TABLE work_superseded ENGINE = Memory AS
WITH
    copies AS
    (
        SELECT
            Tenant, TraceId, SpanId, ContentHash, EntityTypes, EntityIds, TransactionKey,
            addNanoseconds(Timestamp, Duration) AS EndTime, StoredAt
        FROM spans
        WHERE (Tenant, TraceId) IN (SELECT Tenant, TraceId FROM work_suspects)
            AND (Tenant, TraceId, SpanId) IN (SELECT Tenant, TraceId, SpanId FROM work_suspects)
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
