-- An id that others no longer go by.
INSERT INTO $known_members
SELECT DISTINCT Tenant, Type, CanonicalId, emptyArrayString() FROM work_canonical_before
WHERE (Tenant, Type, CanonicalId) NOT IN (SELECT Tenant, Type, CanonicalId FROM work_canonical)
