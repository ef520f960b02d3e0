-- Who else a step's span names: entities that no process stitches by, beside those that one does.
INSERT INTO namings
SELECT
    Tenant, Type, Id, TraceId, SpanId, ContentHash, StoredAt, OccurredAt,
    mapFilter((type, id) -> type IN {stitched:Array(String)}, Singles)
FROM work_incoming
ARRAY JOIN EntityTypes AS Type, EntityIds AS Id
WHERE Type NOT IN {stitched:Array(String)}
