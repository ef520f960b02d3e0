-- The entities around each transaction, and when each was last named.
CREATE OR REPLACE TEMPORARY TABLE work_related ENGINE = Memory AS
SELECT
    a.Tenant AS Tenant, a.Process AS Process, a.RootId AS RootId,
    toString(single.1) AS Type, single.2 AS Id, max(a.Happened) AS LastAt
FROM work_attached AS a
ARRAY JOIN arrayZip(mapKeys(a.Singles), mapValues(a.Singles)) AS single
INNER JOIN work_rules AS r ON r.Process = a.Process
WHERE has(r.RelatedTypes, single.1) OR has(r.JoinedTypes, single.1)
GROUP BY Tenant, Process, RootId, Type, Id
