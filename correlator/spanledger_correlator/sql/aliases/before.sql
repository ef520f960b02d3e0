CREATE OR REPLACE TEMPORARY TABLE work_canonical_before ENGINE = Memory AS
SELECT Tenant, toString(Type) AS Type, Id, argMax(CanonicalId, Version) AS CanonicalId
FROM canonical_ids
WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_canonical)
GROUP BY Tenant, Type, Id
