-- The joined entities that may have spans for the transactions in scope, where every change of the past has been
-- evaluated: those that had some, and those that the new spans name or lead to.
CREATE OR REPLACE TEMPORARY TABLE work_joined ENGINE = Memory AS
SELECT Tenant, Type, Id
FROM
(
    SELECT toString(Tenant) AS Tenant, toString(Type) AS Type, Id FROM reached
    WHERE (Tenant, RootType, RootId) IN (SELECT Tenant, Type, Id FROM work_members)
    UNION DISTINCT
    SELECT Tenant, Type, Id FROM work_touched_kin
    UNION DISTINCT
    SELECT Tenant, Type, Id FROM work_relinked_joined
)
WHERE Type IN (SELECT Type FROM work_rule_types WHERE Rank > 0)
