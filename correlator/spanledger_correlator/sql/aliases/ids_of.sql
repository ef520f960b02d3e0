-- The same of some entities alone.
SELECT
    reinterpretAsUInt128(sipHash128(toString(Tenant), toString(Type), Id)) AS Node,
    reinterpretAsUInt128(sipHash128(toString(Tenant), toString(Type), argMax(ids.CanonicalId, Version))) AS CanonicalNode,
    argMax(ids.CanonicalId, Version) AS CanonicalId
FROM $canonical_ids AS ids
WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM $nodes)
GROUP BY Tenant, Type, Id
