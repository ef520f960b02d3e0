-- An alias counts where the span names exactly one entity of that type.
INSERT INTO alias_edges
SELECT Tenant, edge.1, edge.2, edge.3, TraceId, SpanId, ContentHash, StoredAt, OccurredAt
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
