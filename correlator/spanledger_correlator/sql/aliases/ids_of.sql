-- The same of some entities alone.
SELECT toString(Tenant) AS Tenant, toString(Type) AS Type, Id, argMax(CanonicalId, Version) AS CanonicalId
FROM $canonical_ids
WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM $nodes)
GROUP BY Tenant, Type, Id
