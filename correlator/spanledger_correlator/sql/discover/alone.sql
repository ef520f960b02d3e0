-- Per type beside the known ones: how many step spans name a linked entity of it and none of a known type.
SELECT toString(kind) AS Type, uniqExact(TraceId, SpanId) AS Spans
FROM spans ARRAY JOIN EntityTypes AS kind, EntityIds AS id
WHERE Tenant = {tenant:String} AND Step != '' AND NOT hasAny(EntityTypes, {known:Array(String)})
    AND (kind, id) IN (SELECT Type, Id FROM discover_links)
GROUP BY Type
