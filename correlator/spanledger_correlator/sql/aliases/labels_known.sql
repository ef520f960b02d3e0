-- Where no new span states an alias, the ids of one entity are those that were.
CREATE OR REPLACE TEMPORARY TABLE work_labels ENGINE = Memory AS
SELECT n.Tenant AS Tenant, n.Type AS Type, n.Id AS Id, c.CanonicalId AS Label, toUInt8(0) AS Moved
FROM work_component AS n
LEFT ANY JOIN $known_ids AS c ON c.Tenant = n.Tenant AND c.Type = n.Type AND c.Id = n.Id
