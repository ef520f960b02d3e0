INSERT INTO $known_members
SELECT Tenant, Type, CanonicalId, groupArray(Id) FROM $canonical GROUP BY Tenant, Type, CanonicalId
