-- What is known about a transaction's own entities: for each type the one named last, and its newest attributes.
CREATE OR REPLACE TEMPORARY TABLE work_known ENGINE = Memory AS
WITH
    subjects AS
    (
        SELECT Tenant, Process, RootId, Type, argMax(w.Id, (w.LastAt, w.Id)) AS Id
        FROM work_related AS w
        GROUP BY Tenant, Process, RootId, Type
        UNION ALL
        SELECT DISTINCT Tenant, Process, RootId, RootType AS Type, RootId AS Id FROM work_attached
    )
SELECT
    s.Tenant AS Tenant, s.Process AS Process, s.RootId AS RootId,
    mapFromArrays(
        arrayMap(fact -> fact.1, groupArray((concat(s.Type, '.', a.Key), a.Value)) AS facts),
        arrayMap(fact -> fact.2, facts)) AS Known
FROM subjects AS s
INNER JOIN work_attributes AS a ON a.Tenant = s.Tenant AND a.Type = s.Type AND a.Id = s.Id
GROUP BY Tenant, Process, RootId
