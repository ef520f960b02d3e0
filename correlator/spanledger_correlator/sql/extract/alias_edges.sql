-- The aliases that the new spans state, in both directions. One counts where the span names exactly one entity of that type.
CREATE OR REPLACE TEMPORARY TABLE work_alias_edges ENGINE = Memory AS
SELECT
    Tenant, edge.1 AS Type, edge.2 AS Id, edge.3 AS OtherId, TraceId, SpanId, ContentHash, StoredAt, OccurredAt,
    reinterpretAsUInt128(sipHash128(toString(Tenant), Type, Id)) AS Node,
    reinterpretAsUInt128(sipHash128(toString(Tenant), Type, OtherId)) AS OtherNode
FROM
(
    SELECT
        *,
        arrayFilter(
            edge -> edge.2 != '' AND edge.3 != '' AND edge.2 != edge.3
                AND NOT has({placeholders:Array(String)}, concat(edge.1, ':', edge.3)),
            arrayMap((type, id) -> (toString(type), Singles[type], id), AliasTypes, AliasIds)) AS edges
    FROM work_incoming
    WHERE notEmpty(AliasTypes)
)
ARRAY JOIN arrayConcat(edges, arrayMap(edge -> (edge.1, edge.3, edge.2), edges)) AS edge
