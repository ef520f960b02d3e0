CREATE OR REPLACE TEMPORARY TABLE work_scope ENGINE = Memory AS
SELECT rowNumberInAllBlocks() AS Root, Tenant, Type, Id
FROM
(
    SELECT DISTINCT Tenant, Type, CanonicalId AS Id
    FROM work_touched_kin
    WHERE sipHash64(Tenant, Type, CanonicalId) % {slices:UInt32} = {slice:UInt32}
)
