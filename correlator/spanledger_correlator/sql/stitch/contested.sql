-- The traces in which rule 4 had something to say to some transactions.
SELECT DISTINCT toString(Tenant) AS Tenant, TraceId
FROM contested_traces
WHERE (Tenant, RootType, RootId) IN (SELECT Tenant, Type, Id FROM $members)
