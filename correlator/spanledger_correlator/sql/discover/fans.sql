-- Per type beside the entities of one type: how many of its ids there are, how many of them belong to one entity only,
-- and the most that one belongs to. Counted over every span, also those of roots that are not in the sample.
SELECT Type, count() AS Ids, countIf(Nears = 1) AS Singles, max(Nears) AS Most
FROM
(
    SELECT Type, Id, uniqExact(if(a.Known = '', p.Near, a.Known)) AS Nears
    FROM
    (
        SELECT q.Near AS Near, q.Type AS Type, if(b.Known = '', q.Id, b.Known) AS Id
        FROM
        (
            SELECT nears[1] AS Near, toString(kind) AS Type, id AS Id
            FROM
            (
                SELECT
                    EntityTypes, EntityIds,
                    arrayDistinct(arrayFilter((i, t) -> t = {near:String}, EntityIds, EntityTypes)) AS nears
                FROM spans
                WHERE Tenant = {tenant:String} AND has(EntityTypes, {near:String})
            )
            ARRAY JOIN EntityTypes AS kind, EntityIds AS id
            WHERE length(nears) = 1
            UNION ALL
            SELECT arrayJoin(nears) AS Near, kind AS Type, single AS Id
            FROM
            (
                SELECT
                    arrayDistinct(arrayFilter((i, t) -> t = {near:String}, EntityIds, EntityTypes)) AS nears,
                    arrayFilter(t -> countEqual(EntityTypes, t) = 1, arrayDistinct(EntityTypes)) AS kinds,
                    arrayMap(t -> EntityIds[indexOf(EntityTypes, t)], kinds) AS singles
                FROM spans
                WHERE Tenant = {tenant:String} AND countEqual(EntityTypes, {near:String}) > 1
            )
            ARRAY JOIN kinds AS kind, singles AS single
            WHERE length(nears) > 1
        ) AS q
        LEFT ANY JOIN discover_aliases AS b ON b.Type = q.Type AND b.Id = q.Id
    ) AS p
    LEFT ANY JOIN discover_aliases AS a ON a.Type = {near:String} AND a.Id = p.Near
    WHERE (p.Type, p.Id) IN (SELECT Type, Id FROM discover_links WHERE Near = {near:String})
    GROUP BY Type, Id
)
GROUP BY Type
ORDER BY Type
