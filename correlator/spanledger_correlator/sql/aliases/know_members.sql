INSERT INTO $known_members
SELECT
    reinterpretAsUInt128(sipHash128(Tenant, Type, CanonicalId)),
    groupArray(reinterpretAsUInt128(sipHash128(Tenant, Type, Id))), groupArray(Id)
FROM $canonical
GROUP BY Tenant, Type, CanonicalId
