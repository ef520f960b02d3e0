INSERT INTO $known_ids
SELECT
    reinterpretAsUInt128(sipHash128(Tenant, Type, Id)), reinterpretAsUInt128(sipHash128(Tenant, Type, CanonicalId)),
    CanonicalId
FROM $canonical
