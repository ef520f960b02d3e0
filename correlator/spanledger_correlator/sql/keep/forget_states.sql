-- Keys that no span speaks for any more: absorbed by an alias, or their only span was superseded.
INSERT INTO $into (Tenant, Process, RootId, RootType, Version, Deleted)
SELECT Tenant, Process, RootId, RootType, {version:UInt64}, 1
FROM $into FINAL
WHERE (Tenant, Process, RootId) IN
    (
        SELECT m.Tenant, t.Process, m.Id
        FROM work_members AS m
        INNER JOIN work_rule_types AS t ON t.Type = m.Type AND t.Rank = 0
    )
    AND (Tenant, Process, RootId) NOT IN (SELECT Tenant, Process, RootId FROM work_states)
