-- Where a walk outwards begins.
CREATE OR REPLACE TEMPORARY TABLE work_front ENGINE = Memory AS
SELECT DISTINCT t.Process AS Process, m.Tenant AS Tenant, t.Type AS Type, m.Id AS Id, t.Rank AS Rank
FROM $kin AS m
INNER JOIN work_rule_types AS t ON t.Type = m.Type
WHERE $rank AND t.Process IN (SELECT Process FROM work_rule_types WHERE Rank > 0)
