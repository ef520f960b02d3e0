-- The joined entities that may have spans for the transactions in scope, where every change of the past has been
-- evaluated: those that had some, and those that the new spans name or lead to.
CREATE OR REPLACE TEMPORARY TABLE work_joined ENGINE = Memory AS
SELECT any(j.Tenant) AS Tenant, any(j.Type) AS Type, any(j.Id) AS Id
FROM
(
    SELECT
        toString(Tenant) AS Tenant, toString(Type) AS Type, Id,
        reinterpretAsUInt128(sipHash128(toString(Tenant), toString(Type), Id)) AS Node
    FROM reached
    WHERE (Tenant, RootType, RootId) IN (SELECT Tenant, Type, Id FROM work_members)
    UNION ALL
    SELECT Tenant, Type, Id, Node FROM work_touched_kin
    UNION ALL
    SELECT Tenant, Type, Id, reinterpretAsUInt128(sipHash128(Tenant, Type, Id)) AS Node FROM work_relinked_joined
) AS j
WHERE j.Type IN (SELECT Type FROM work_rule_types WHERE Rank > 0)
GROUP BY Node
