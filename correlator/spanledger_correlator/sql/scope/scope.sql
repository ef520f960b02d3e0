-- The roots whose transactions the touched entities can change, numbered.
CREATE OR REPLACE TEMPORARY TABLE work_scope ENGINE = Memory AS
SELECT rowNumberInAllBlocks() AS Root, Tenant, Type, Id, Node
FROM
(
    SELECT any(r.Tenant) AS Tenant, any(r.Type) AS Type, any(r.CanonicalId) AS Id, r.CanonicalNode AS Node
    FROM
    (
        SELECT Tenant, Type, CanonicalId, CanonicalNode FROM work_touched_kin
        WHERE Type IN (SELECT RootType FROM work_rule_types)
        UNION ALL
        SELECT Tenant, Type, CanonicalId, CanonicalNode FROM work_walk WHERE Rank = 0
    ) AS r
    GROUP BY Node
)
