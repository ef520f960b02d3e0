-- What is kept of aliases, each id once.
SELECT toString(Tenant) AS Tenant, toString(Type) AS Type, Id, argMax(CanonicalId, Version) AS CanonicalId
FROM canonical_ids
GROUP BY Tenant, Type, Id
