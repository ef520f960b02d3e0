-- What the spans around the unresolved ones name: where a process may find a transaction for them.
CREATE OR REPLACE TEMPORARY TABLE work_trace_nodes ENGINE = Memory AS
SELECT DISTINCT
    n.Tenant AS Tenant, t.No AS No, t.Rank AS Rank, n.Type AS Type, n.Id AS Id,
    reinterpretAsUInt128(sipHash128(n.Tenant, n.Type, n.Id)) AS Node
FROM
(
    SELECT Tenant, TraceId, toString(Type) AS Type, Id FROM work_trace_spans ARRAY JOIN EntityTypes AS Type, EntityIds AS Id
    UNION ALL
    SELECT
        Tenant, TraceId,
        {roots:Array(String)}[indexOf(
            {processes:Array(String)}, substring(TransactionKey, 1, position(TransactionKey, '/') - 1))] AS Type,
        substring(TransactionKey, position(TransactionKey, '/') + 1) AS Id
    FROM work_trace_spans
    WHERE position(TransactionKey, '/') > 1
) AS n
INNER JOIN (SELECT DISTINCT Tenant, TraceId, No FROM work_unresolved WHERE 1 $only_traces) AS u
    ON u.Tenant = n.Tenant AND u.TraceId = n.TraceId
INNER JOIN work_rule_types AS t ON t.No = u.No AND t.Type = n.Type
WHERE NOT has({placeholders:Array(String)}, concat(n.Type, ':', n.Id))
