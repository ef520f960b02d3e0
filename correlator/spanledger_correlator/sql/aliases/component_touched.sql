-- Entities whose set of ids, or whose canonical id, the new spans may change.
CREATE OR REPLACE TEMPORARY TABLE work_component ENGINE = Memory AS
SELECT DISTINCT Tenant, Type, arrayJoin(Ids) AS Id
FROM
(
    SELECT k.Tenant AS Tenant, k.Type AS Type, m.Ids AS Ids
    FROM
    (
        SELECT any(n.Tenant) AS Tenant, any(n.Type) AS Type, c.CanonicalNode AS CanonicalNode
        FROM
        (
            SELECT toString(Tenant) AS Tenant, toString(Type) AS Type, Node
            FROM work_incoming ARRAY JOIN EntityTypes AS Type, Nodes AS Node
            UNION ALL
            SELECT toString(Tenant) AS Tenant, Type, Node FROM work_alias_edges
            UNION ALL
            SELECT
                toString(Tenant) AS Tenant, toString(Type) AS Type,
                reinterpretAsUInt128(sipHash128(toString(Tenant), toString(Type), Id)) AS Node
            FROM work_superseded ARRAY JOIN EntityTypes AS Type, EntityIds AS Id
        ) AS n
        LEFT ANY JOIN $known_ids AS c ON c.Node = n.Node
        WHERE c.CanonicalId != ''
        GROUP BY CanonicalNode
    ) AS k
    LEFT ANY JOIN $known_members AS m ON m.CanonicalNode = k.CanonicalNode
)
UNION DISTINCT
SELECT toString(Tenant) AS Tenant, Type, Id FROM work_alias_edges
