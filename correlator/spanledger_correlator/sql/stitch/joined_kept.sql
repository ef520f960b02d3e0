-- The same for transactions that the new spans do not lead to: only those that had some.
CREATE OR REPLACE TEMPORARY TABLE work_joined ENGINE = Memory AS
SELECT DISTINCT toString(Tenant) AS Tenant, toString(Type) AS Type, Id FROM reached
WHERE (Tenant, RootType, RootId) IN (SELECT Tenant, Type, Id FROM $members)
