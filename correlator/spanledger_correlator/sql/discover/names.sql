-- Whom the spans name that were taken in last.
INSERT INTO discover_names
SELECT Key, Type, Id, count() OVER (PARTITION BY Key, Type)
FROM
(
    SELECT DISTINCT n.Key AS Key, n.Type AS Type, if(a.Known = '', n.Id, a.Known) AS Id
    FROM
    (
        SELECT sipHash64(TraceId, SpanId) AS Key, toString(kind) AS Type, id AS Id
        FROM spans ARRAY JOIN EntityTypes AS kind, EntityIds AS id
        WHERE Tenant = {tenant:String} AND id != '' AND lower(id) NOT IN {placeholders:Array(String)}
            AND (TraceId, SpanId) IN
                (SELECT TraceId, SpanId FROM discover_spans WHERE Key NOT IN (SELECT Key FROM discover_names))
    ) AS n
    LEFT ANY JOIN discover_aliases AS a ON a.Type = n.Type AND a.Id = n.Id
)
