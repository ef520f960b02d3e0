CREATE OR REPLACE TEMPORARY TABLE work_trace_nodes ENGINE = Memory AS
SELECT DISTINCT Tenant, Type, Id
FROM
(
    SELECT Tenant, toString(Type) AS Type, Id FROM work_trace_spans ARRAY JOIN EntityTypes AS Type, EntityIds AS Id
    UNION ALL
    SELECT
        Tenant,
        {roots:Array(String)}[indexOf(
            {processes:Array(String)}, substring(TransactionKey, 1, position(TransactionKey, '/') - 1))] AS Type,
        substring(TransactionKey, position(TransactionKey, '/') + 1) AS Id
    FROM work_trace_spans
    WHERE position(TransactionKey, '/') > 1
)
WHERE Type IN (SELECT Type FROM work_rule_types)
    AND NOT has({placeholders:Array(String)}, concat(Type, ':', Id))
