-- All ids of the entities that some aliased ones are.
SELECT
    reinterpretAsUInt128(sipHash128(Tenant, Type, CanonicalId)) AS CanonicalNode,
    groupArray(reinterpretAsUInt128(sipHash128(Tenant, Type, Id))) AS Nodes, groupArray(Id) AS Ids
FROM
(
    SELECT toString(Tenant) AS Tenant, toString(Type) AS Type, CanonicalId, Id
    FROM $canonical_members
    WHERE (Tenant, Type, CanonicalId) IN
        (
            SELECT Tenant, Type, CanonicalId FROM $canonical_ids
            WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM $nodes)
        )
    GROUP BY Tenant, Type, CanonicalId, Id
    HAVING argMax(Active, Version) = 1
)
GROUP BY Tenant, Type, CanonicalId
