INSERT INTO canonical_members
SELECT Tenant, Type, CanonicalId, Id, 1, Version FROM work_canonical
WHERE (Tenant, Type, Id, CanonicalId) NOT IN (SELECT Tenant, Type, Id, CanonicalId FROM work_canonical_before)
UNION ALL
SELECT Tenant, Type, CanonicalId, Id, 0, {version:UInt64} FROM work_canonical_before
WHERE (Tenant, Type, Id, CanonicalId) NOT IN (SELECT Tenant, Type, Id, CanonicalId FROM work_canonical)
