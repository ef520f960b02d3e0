-- The links that people added, as rows of `links`: what carries one is the correction, in a trace of zeros.
CREATE OR REPLACE TEMPORARY TABLE work_added ENGINE = Memory AS
SELECT
    Tenant, link.1 AS Type, link.2 AS Id, link.3 AS OtherType, link.4 AS OtherId,
    repeat('0', 32) AS TraceId, SpanId, toUInt64(0) AS ContentHash, StoredAt, StoredAt AS OccurredAt,
    reinterpretAsUInt128(sipHash128(toString(Tenant), Type, Id)) AS Node,
    reinterpretAsUInt128(sipHash128(toString(Tenant), OtherType, OtherId)) AS OtherNode
FROM
(
    SELECT
        Tenant, toString(Id) AS SpanId, StoredAt,
        arrayJoin([(Type, EntityId, OtherType, OtherId), (OtherType, OtherId, Type, EntityId)]) AS link
    FROM work_standing
    WHERE Kind = 'add_link'
)
