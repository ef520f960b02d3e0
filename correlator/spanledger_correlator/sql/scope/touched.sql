-- Entities that the new spans name, directly or by a transaction's key, or whose canonical id they may have changed.
CREATE OR REPLACE TEMPORARY TABLE work_touched ENGINE = Memory AS
SELECT any(n.Tenant) AS Tenant, any(n.Type) AS Type, any(n.Id) AS Id
FROM
(
    SELECT toString(Tenant) AS Tenant, toString(Type) AS Type, Id, Node
    FROM work_incoming ARRAY JOIN EntityTypes AS Type, EntityIds AS Id, Nodes AS Node
    UNION ALL
    SELECT
        toString(Tenant) AS Tenant, toString(Type) AS Type, Id,
        reinterpretAsUInt128(sipHash128(Tenant, Type, Id)) AS Node
    FROM
    (
        SELECT toString(Tenant) AS Tenant, KeyRoot AS Type, KeyId AS Id FROM work_incoming WHERE KeyRoot != ''
        UNION ALL
        SELECT toString(Tenant), toString(Type), Id FROM work_superseded ARRAY JOIN EntityTypes AS Type, EntityIds AS Id
        UNION ALL
        SELECT
            toString(Tenant),
            {roots:Array(String)}[indexOf(
                {processes:Array(String)}, substring(TransactionKey, 1, position(TransactionKey, '/') - 1))],
            substring(TransactionKey, position(TransactionKey, '/') + 1)
        FROM work_superseded
        WHERE position(TransactionKey, '/') > 1
        UNION ALL
        SELECT Tenant, Type, Id FROM work_renamed
        UNION ALL
        SELECT Tenant, Type, Id FROM work_touched_more
    )
) AS n
WHERE n.Type IN (SELECT Type FROM work_rule_types)
GROUP BY Node
