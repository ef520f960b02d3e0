-- Every root there is, a slice at a time.
CREATE OR REPLACE TEMPORARY TABLE work_touched ENGINE = Memory AS
SELECT DISTINCT Tenant, toString(EntityType) AS Type, EntityId AS Id
FROM $facts
WHERE EntityType IN (SELECT RootType FROM work_rule_types)
