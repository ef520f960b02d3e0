-- Rule 3: the step spans of joined entities that lead to the roots in scope. None of them names a root of the process,
-- so rules 1 and 2 have attached none of them.
INSERT INTO $into
SELECT
    bitShiftLeft(r.Root, 16) + s.No AS Tx, toString(f.Tenant) AS Tenant,
    3 AS Rule, toString(f.EntityType) AS KeyType, f.EntityId AS KeyId,
    r.Carrier AS Carrier,
    if(r.Fan = 1 AND arraySum((type, count) -> if(has(s.JoinedTypes, type), count, 0), f.Types, f.Counts) = 1,
        f.Amount, NULL) AS Share,
    $step_columns
FROM
(
    SELECT * FROM $facts AS facts
    WHERE indexHint((Tenant, EntityType, EntityId) IN (SELECT Tenant, Type, Id FROM work_reach_ids))
        AND Node IN (SELECT Node FROM work_reach_ids) $only_traces
        AND Via = 'entity'
        AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
            (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
) AS f
INNER JOIN work_reach_ids AS r ON r.Node = f.Node
INNER JOIN work_rule_steps AS s ON s.No = r.No AND s.Step = f.Step
WHERE (f.OnlyProcess = '' OR f.OnlyProcess = s.Process)
    AND NOT has(f.Types, s.RootType) AND f.KeyProcess != s.Process
