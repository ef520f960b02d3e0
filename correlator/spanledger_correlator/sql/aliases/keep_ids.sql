INSERT INTO canonical_ids
SELECT Tenant, Type, Id, CanonicalId, Version FROM work_canonical
WHERE (Tenant, Type, Id, CanonicalId) NOT IN (SELECT Tenant, Type, Id, CanonicalId FROM work_canonical_before)
