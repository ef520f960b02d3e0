-- The ids that go by another id now, or by one for the first time, and what they went by: their entities have changed.
CREATE OR REPLACE TEMPORARY TABLE work_renamed ENGINE = Memory AS
WITH changed AS
    (
        SELECT Tenant, Type, Id FROM work_canonical
        WHERE {again:Bool} OR (Tenant, Type, Id, CanonicalId) NOT IN
            (SELECT Tenant, Type, Id, CanonicalId FROM work_canonical_before)
    )
SELECT Tenant, Type, Id FROM changed
UNION DISTINCT
SELECT b.Tenant AS Tenant, b.Type AS Type, b.CanonicalId AS Id
FROM work_canonical_before AS b
WHERE (b.Tenant, b.Type, b.Id) IN (SELECT Tenant, Type, Id FROM changed)
