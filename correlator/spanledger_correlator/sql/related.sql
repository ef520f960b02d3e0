-- The entities around each transaction, and when each was last named.
CREATE OR REPLACE TEMPORARY TABLE work_related ENGINE = Memory AS
SELECT
    a.Tenant AS Tenant, a.Process AS Process, a.RootId AS RootId,
    toString(a.SingleType) AS Type, a.Id AS Id, max(a.Happened) AS LastAt
FROM
(
    SELECT Tenant, Process, RootId, Happened, SingleType, Id
    FROM work_attached
    ARRAY JOIN mapKeys(Singles) AS SingleType, mapValues(Singles) AS Id
) AS a
WHERE (a.Process, toString(a.SingleType)) IN (SELECT Process, Type FROM work_rule_related_types)
GROUP BY Tenant, Process, RootId, Type, Id
