-- An id that others no longer go by.
INSERT INTO $known_members
SELECT DISTINCT
    reinterpretAsUInt128(sipHash128(Tenant, Type, CanonicalId)), CAST([], 'Array(UInt128)'), emptyArrayString()
FROM work_canonical_before
WHERE (Tenant, Type, CanonicalId) NOT IN (SELECT Tenant, Type, CanonicalId FROM work_canonical)
