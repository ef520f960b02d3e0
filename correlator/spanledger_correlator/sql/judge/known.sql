-- What is known about a transaction's own entities: for each type the one named last, and its newest attributes.
CREATE OR REPLACE TEMPORARY TABLE work_known ENGINE = Memory AS
WITH
    subjects AS
    (
        SELECT Tx, any(w.Tenant) AS Tenant, Type, argMax(w.Id, w.LastAge) AS Id
        FROM work_related AS w
        WHERE Type IN (SELECT Type FROM work_attributes)
        GROUP BY Tx, Type
        UNION ALL
        SELECT Tx, Tenant, RootType AS Type, RootId AS Id FROM work_transactions
    )
SELECT
    s.Tx AS Tx,
    mapFromArrays(
        arrayMap(fact -> fact.1, groupArray((concat(s.Type, '.', a.Key), a.Value)) AS facts),
        arrayMap(fact -> fact.2, facts)) AS Known
FROM subjects AS s
INNER JOIN work_attributes AS a ON a.Tenant = s.Tenant AND a.Type = s.Type AND a.Id = s.Id
GROUP BY Tx
