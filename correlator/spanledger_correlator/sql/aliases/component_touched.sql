-- Entities whose set of ids, or whose canonical id, the new spans may change.
CREATE OR REPLACE TEMPORARY TABLE work_component ENGINE = Memory AS
SELECT DISTINCT Tenant, Type, arrayJoin(Ids) AS Id
FROM
(
    SELECT k.Tenant AS Tenant, k.Type AS Type, m.Ids AS Ids
    FROM
    (
        SELECT n.Tenant AS Tenant, n.Type AS Type, c.CanonicalId AS CanonicalId
        FROM
        (
            SELECT DISTINCT toString(Tenant) AS Tenant, toString(Type) AS Type, Id
            FROM work_incoming ARRAY JOIN EntityTypes AS Type, EntityIds AS Id
            UNION DISTINCT
            SELECT DISTINCT toString(Tenant) AS Tenant, toString(Type) AS Type, Id
            FROM work_superseded ARRAY JOIN EntityTypes AS Type, EntityIds AS Id
        ) AS n
        LEFT ANY JOIN $known_ids AS c ON c.Tenant = n.Tenant AND c.Type = n.Type AND c.Id = n.Id
        WHERE c.CanonicalId != ''
    ) AS k
    LEFT ANY JOIN $known_members AS m ON m.Tenant = k.Tenant AND m.Type = k.Type AND m.CanonicalId = k.CanonicalId
)
UNION DISTINCT
SELECT toString(Tenant) AS Tenant, edge.1 AS Type, edge.2 AS Id
FROM work_incoming
ARRAY JOIN arrayConcat(
    arrayMap((type, id) -> (toString(type), id), AliasTypes, AliasIds),
    arrayMap(type -> (toString(type), Singles[type]), AliasTypes)) AS edge
WHERE edge.2 != ''
