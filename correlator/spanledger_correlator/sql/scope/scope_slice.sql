CREATE OR REPLACE TEMPORARY TABLE work_scope ENGINE = Memory AS
SELECT rowNumberInAllBlocks() AS Root, Tenant, Type, Id, Node
FROM
(
    SELECT any(k.Tenant) AS Tenant, any(k.Type) AS Type, any(k.CanonicalId) AS Id, k.CanonicalNode AS Node
    FROM work_touched_kin AS k
    WHERE k.CanonicalNode % {slices:UInt32} = {slice:UInt32}
    GROUP BY Node
)
