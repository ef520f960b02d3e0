-- The roots whose transactions the touched entities can change, numbered.
CREATE OR REPLACE TEMPORARY TABLE work_scope ENGINE = Memory AS
SELECT rowNumberInAllBlocks() AS Root, Tenant, Type, Id
FROM
(
    SELECT Tenant, Type, CanonicalId AS Id FROM work_touched_kin
    WHERE Type IN (SELECT RootType FROM work_rule_types)
    UNION DISTINCT
    SELECT Tenant, Type, CanonicalId AS Id FROM work_walk WHERE Rank = 0
)
