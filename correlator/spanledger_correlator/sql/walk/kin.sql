-- Every id that the given nodes go by, and the one they are known under. Reads $nodes(Tenant, Type, Id); $carry names a further column.
CREATE OR REPLACE TEMPORARY TABLE $into ENGINE = Memory AS
WITH
    nodes AS (SELECT DISTINCT Tenant, toString(Type) AS Type, Id$carry FROM $nodes),
    known AS
    (
        SELECT n.Tenant AS Tenant, n.Type AS Type, n.Id AS Id, if(c.CanonicalId = '', n.Id, c.CanonicalId) AS CanonicalId$carry
        FROM nodes AS n
        LEFT JOIN
        (
            SELECT Tenant, Type, Id, argMax(CanonicalId, Version) AS CanonicalId
            FROM $canonical_ids
            WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM nodes)
            GROUP BY Tenant, Type, Id
        ) AS c ON c.Tenant = n.Tenant AND c.Type = n.Type AND c.Id = n.Id
    )
SELECT DISTINCT
    k.Tenant AS Tenant, k.Type AS Type, k.Id AS NamedId, k.CanonicalId AS CanonicalId,
    if(m.Id = '', k.Id, m.Id) AS Id$carry
FROM known AS k
LEFT JOIN
(
    SELECT Tenant, Type, CanonicalId, Id
    FROM $canonical_members
    WHERE (Tenant, Type, CanonicalId) IN (SELECT Tenant, Type, CanonicalId FROM known)
    GROUP BY Tenant, Type, CanonicalId, Id
    HAVING argMax(Active, Version) = 1
) AS m ON m.Tenant = k.Tenant AND m.Type = k.Type AND m.CanonicalId = k.CanonicalId
