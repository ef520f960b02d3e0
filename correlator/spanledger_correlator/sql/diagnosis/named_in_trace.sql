-- What the spans of one trace name, directly or by a transaction's key.
CREATE OR REPLACE TEMPORARY TABLE work_touched ENGINE = Memory AS
SELECT DISTINCT Tenant, toString(Type) AS Type, Id
FROM
(
    SELECT Tenant, Type, Id
    FROM $spans AS spans
    ARRAY JOIN EntityTypes AS Type, EntityIds AS Id
    WHERE Tenant = {tenant:String} AND TraceId = {trace:String}
    UNION ALL
    SELECT
        Tenant,
        {roots:Array(String)}[indexOf(
            {processes:Array(String)}, substring(TransactionKey, 1, position(TransactionKey, '/') - 1))],
        substring(TransactionKey, position(TransactionKey, '/') + 1)
    FROM $spans AS spans
    WHERE Tenant = {tenant:String} AND TraceId = {trace:String} AND position(TransactionKey, '/') > 1
)
WHERE Type IN (SELECT Type FROM work_rule_types) AND Id != ''
    AND NOT has({placeholders:Array(String)}, concat(Type, ':', Id))
