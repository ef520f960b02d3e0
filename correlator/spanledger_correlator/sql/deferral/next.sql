-- The next of them: those that wait longest; heavy ones last, one at a time.
CREATE OR REPLACE TEMPORARY TABLE work_touched ENGINE = Memory AS
SELECT toString(Tenant) AS Tenant, toString(Type) AS Type, Id
FROM deferred_roots FINAL
ORDER BY (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM heavy_roots), Version, Tenant, Type, Id
LIMIT {most:UInt64}
