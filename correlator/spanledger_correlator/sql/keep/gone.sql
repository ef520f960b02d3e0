-- Keys that no span speaks for any more: absorbed by an alias, or their only span was superseded.
CREATE OR REPLACE TEMPORARY TABLE work_gone ENGINE = Memory AS
SELECT m.Tenant AS Tenant, t.Process AS Process, m.Id AS RootId
FROM work_members AS m
INNER JOIN work_rule_types AS t ON t.Type = m.Type
WHERE t.Rank = 0 AND (m.Tenant, t.Process, m.Id) NOT IN (SELECT Tenant, Process, RootId FROM work_states)
