-- Two types on one span are evidence of belonging together where one side is a single id, or an allocation says how
-- the sides belong. Only pairs of types that some process stitches by are kept.
INSERT INTO links (* EXCEPT (Node, OtherNode))
SELECT
    Tenant, link.1, link.2, link.3, link.4, TraceId, SpanId, ContentHash, StoredAt, OccurredAt
FROM
(
    SELECT
        Tenant, TraceId, SpanId, ContentHash, StoredAt, OccurredAt,
        arrayFlatten(arrayMap(
            pair -> if(
                has(Types, pair.1) AND has(Types, pair.2) AND (
                    Counts[indexOf(Types, pair.1)] = 1 OR Counts[indexOf(Types, pair.2)] = 1
                    OR has(SplitTypes, pair.1) OR has(SplitTypes, pair.2)),
                arrayFlatten(arrayMap(
                    one -> arrayMap(
                        other -> (pair.1, one, pair.2, other),
                        arrayFilter((id, type) -> type = pair.2, EntityIds, EntityTypes)),
                    arrayFilter((id, type) -> type = pair.1, EntityIds, EntityTypes))),
                []),
            {pairs:Array(Tuple(String, String))})) AS found
    FROM work_incoming
    WHERE arrayExists(pair -> has(Types, pair.1) AND has(Types, pair.2), {pairs:Array(Tuple(String, String))})
)
ARRAY JOIN arrayConcat(found, arrayMap(link -> (link.3, link.4, link.1, link.2), found)) AS link
