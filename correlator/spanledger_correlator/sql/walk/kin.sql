-- Every id that the given nodes go by, and the one they are known under. Reads $nodes(Tenant, Type, Id); $carry names a further column.
CREATE OR REPLACE TEMPORARY TABLE $into ENGINE = Memory AS
SELECT DISTINCT
    k.Tenant AS Tenant, k.Type AS Type, k.NamedId AS NamedId, k.CanonicalId AS CanonicalId,
    arrayJoin(if(empty(m.Ids), [k.CanonicalId], m.Ids)) AS Id$carry
FROM
(
    SELECT
        n.Tenant AS Tenant, n.Type AS Type, n.Id AS NamedId,
        if(c.CanonicalId = '', n.Id, c.CanonicalId) AS CanonicalId$carry
    FROM (SELECT toString(Tenant) AS Tenant, toString(Type) AS Type, Id$carry FROM $nodes) AS n
    LEFT ANY JOIN $known_ids AS c ON c.Tenant = n.Tenant AND c.Type = n.Type AND c.Id = n.Id
) AS k
LEFT ANY JOIN $known_members AS m ON m.Tenant = k.Tenant AND m.Type = k.Type AND m.CanonicalId = k.CanonicalId
