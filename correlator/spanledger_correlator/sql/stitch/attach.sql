-- Rules 1 to 3: the step spans of the transactions in scope, each with its evidence and its share of the amount.
-- A transaction goes by a number here, Tx: its root's number and its process's (`work_transactions` has the names).
-- A span that two entities attach, or that is there twice, counts once; $order says which of the rows.
CREATE OR REPLACE TEMPORARY TABLE $into ENGINE = Memory AS
SELECT * FROM
(
    SELECT
        bitShiftLeft(m.Root, 16) + s.No AS Tx, toString(f.Tenant) AS Tenant,
        if(f.Via = 'entity', 1, 2) AS Rule, toString(f.EntityType) AS KeyType, f.EntityId AS KeyId,
        '' AS Carrier,
        multiIf(f.Split, f.Allocated, f.Siblings = 1, f.Amount, NULL) AS Share,
        $step_columns
    FROM
    (
        SELECT * FROM $facts AS facts
        WHERE (Tenant, EntityType, EntityId) IN (SELECT Tenant, Type, Id FROM $members) $only_traces
            AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
                (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
    ) AS f
    INNER JOIN $members AS m ON m.Tenant = f.Tenant AND m.Type = f.EntityType AND m.Id = f.EntityId
    INNER JOIN work_rule_steps AS s ON s.RootType = f.EntityType AND s.Step = f.Step
    WHERE (f.OnlyProcess = '' OR f.OnlyProcess = s.Process)
        AND (f.Via = 'entity' OR (f.KeyProcess = s.Process AND NOT has(f.Types, f.EntityType)))

    UNION ALL

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
        WHERE (Tenant, EntityType, EntityId) IN (SELECT Tenant, OriginType, Id FROM work_reach_ids) $only_traces
            AND Via = 'entity'
            AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
                (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
    ) AS f
    INNER JOIN work_reach_ids AS r ON r.Tenant = f.Tenant AND r.OriginType = f.EntityType AND r.Id = f.EntityId
    INNER JOIN work_rule_steps AS s ON s.No = r.No AND s.Step = f.Step
    WHERE (f.OnlyProcess = '' OR f.OnlyProcess = s.Process)
        AND NOT has(f.Types, s.RootType) AND f.KeyProcess != s.Process
)
$order
LIMIT 1 BY Tx, TraceId, SpanId
