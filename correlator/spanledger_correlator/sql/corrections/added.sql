-- The links that people added, as rows of `links`: what carries one is the correction, in a trace of zeros.
CREATE OR REPLACE TEMPORARY TABLE work_added ENGINE = Memory AS
SELECT
    Tenant, end.1 AS Type, end.2 AS Id, end.3 AS OtherType, end.4 AS OtherId,
    repeat('0', 32) AS TraceId, toString(c.Id) AS SpanId, toUInt64(0) AS ContentHash, StoredAt, StoredAt AS OccurredAt
FROM work_standing AS c
ARRAY JOIN
    [(c.Type, c.EntityId, c.OtherType, c.OtherId), (c.OtherType, c.OtherId, c.Type, c.EntityId)] AS end
WHERE c.Kind = 'add_link'
