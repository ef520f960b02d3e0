-- Entities that the new spans name, directly or by a transaction's key, or whose canonical id they may have changed.
CREATE OR REPLACE TEMPORARY TABLE work_touched ENGINE = Memory AS
SELECT DISTINCT Tenant, toString(Type) AS Type, Id
FROM
(
    SELECT Tenant, Type, Id FROM work_incoming ARRAY JOIN EntityTypes AS Type, EntityIds AS Id
    UNION ALL
    SELECT Tenant, KeyRoot, KeyId FROM work_incoming WHERE KeyRoot != ''
    UNION ALL
    SELECT Tenant, Type, Id FROM work_superseded ARRAY JOIN EntityTypes AS Type, EntityIds AS Id
    UNION ALL
    SELECT
        Tenant,
        {roots:Array(String)}[indexOf(
            {processes:Array(String)}, substring(TransactionKey, 1, position(TransactionKey, '/') - 1))],
        substring(TransactionKey, position(TransactionKey, '/') + 1)
    FROM work_superseded
    WHERE position(TransactionKey, '/') > 1
    UNION ALL
    SELECT Tenant, Type, Id FROM work_canonical
    UNION ALL
    SELECT Tenant, Type, Id FROM work_touched_more
)
WHERE Type IN (SELECT Type FROM work_rule_types)
