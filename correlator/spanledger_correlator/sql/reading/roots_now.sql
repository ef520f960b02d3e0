-- The ids by which the roots of what people did, kept in a table by the ids of then, are known now.
SELECT Type, Id, argMax(CanonicalId, Version) AS CanonicalId
FROM $canonical_ids
WHERE Tenant = {tenant:String} AND (Type, Id) IN (SELECT RootType, RootId FROM $acted WHERE Tenant = {tenant:String})
GROUP BY Type, Id
