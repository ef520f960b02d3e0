-- Rules 1 and 2: the step spans that name the roots in scope, or their transaction, each with its evidence and its share
-- of the amount. A transaction goes by a number here, Tx: its root's number and its process's (`work_transactions` has
-- the names).
CREATE OR REPLACE TEMPORARY TABLE $into ENGINE = Memory AS
SELECT
    bitShiftLeft(m.Root, 16) + s.No AS Tx, toString(f.Tenant) AS Tenant,
    if(f.Via = 'entity', 1, 2) AS Rule, toString(f.EntityType) AS KeyType, f.EntityId AS KeyId,
    '' AS Carrier,
    multiIf(f.Split, f.Allocated, f.Siblings = 1, f.Amount, NULL) AS Share,
    $step_columns
FROM
(
    SELECT * FROM $facts AS facts
    WHERE indexHint((Tenant, EntityType, EntityId) IN (SELECT Tenant, Type, Id FROM $members))
        AND Node IN (SELECT Node FROM $members) $only_traces
        AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
            (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
) AS f
INNER JOIN $members AS m ON m.Node = f.Node
INNER JOIN work_rule_steps AS s ON s.RootType = f.EntityType AND s.Step = f.Step
WHERE (f.OnlyProcess = '' OR f.OnlyProcess = s.Process)
    AND (f.Via = 'entity' OR (f.KeyProcess = s.Process AND NOT has(f.Types, f.EntityType)))
