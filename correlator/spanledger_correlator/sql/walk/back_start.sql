-- Where a walk outwards begins.
CREATE OR REPLACE TEMPORARY TABLE work_outwards ENGINE = Memory AS
SELECT DISTINCT
    t.No AS No, m.Tenant AS Tenant, t.Type AS Type, m.Node AS Node, m.Id AS Id, t.Rank AS Rank, toUInt8(0) AS Depth
FROM $kin AS m
INNER JOIN work_rule_types AS t ON t.Type = m.Type
WHERE $rank AND t.No IN (SELECT No FROM work_rule_types WHERE Rank > 0)
