-- Roots that share an entity of which each may have one only with a root of the new spans.
INSERT INTO work_touched_more
SELECT DISTINCT f.Tenant, w.RootType, f.Singles[w.RootType]
FROM
(
    SELECT Tenant, EntityType, Step, Singles FROM facts
    WHERE (Tenant, EntityType, EntityId) IN
    (
        SELECT i.Tenant, w.Type, i.Singles[w.Type]
        FROM (SELECT Tenant, step.2 AS Step, Singles FROM work_incoming ARRAY JOIN Steps AS step) AS i
        INNER JOIN work_one_per_steps AS w ON w.Step = i.Step
        WHERE i.Singles[w.Type] != ''
    )
) AS f
INNER JOIN work_one_per_steps AS w ON w.Step = f.Step AND w.Type = f.EntityType
WHERE f.Singles[w.RootType] != ''
