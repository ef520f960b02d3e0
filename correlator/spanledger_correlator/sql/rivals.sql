-- The roots named beside the entities that a step's one_per speaks of.
CREATE OR REPLACE TEMPORARY TABLE work_rivals ENGINE = Memory AS
SELECT DISTINCT f.Tenant AS Tenant, c.RootType AS Type, f.Singles[c.RootType] AS Id
FROM
(
    SELECT * FROM $facts AS facts
    WHERE (Tenant, EntityType, EntityId) IN
        (
            SELECT a.Tenant, r.StepOnePer[a.Position], a.Singles[r.StepOnePer[a.Position]]
            FROM work_attached AS a
            INNER JOIN work_rules AS r ON r.Process = a.Process
            WHERE a.Position > 0 AND r.StepOnePer[a.Position] != ''
        )
) AS f
INNER JOIN (SELECT DISTINCT RootType, StepName FROM work_rules ARRAY JOIN StepNames AS StepName, StepOnePer AS per WHERE per != '') AS c
    ON c.StepName = f.Step
WHERE f.Singles[c.RootType] != ''
