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
    ),
    attributes AS
    (
        SELECT
            k.Tenant AS Tenant, k.Type AS Type, k.NamedId AS Id, a.Key AS Key,
            argMax(a.Value, (least(a.OccurredAt, a.StoredAt), a.TraceId, a.SpanId)) AS Value
        FROM
        (
            SELECT * FROM $entity_attributes AS entity_attributes
            WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_subject_kin)
                AND (TraceId, SpanId, ContentHash) NOT IN (SELECT TraceId, SpanId, ContentHash FROM $superseded)
        ) AS a
        INNER JOIN work_subject_kin AS k ON k.Tenant = a.Tenant AND k.Type = a.Type AND k.Id = a.Id
        GROUP BY Tenant, Type, Id, Key
    )
SELECT
    s.Tenant AS Tenant, s.Process AS Process, s.RootId AS RootId,
    mapFromArrays(
        arrayMap(fact -> fact.1, groupArray((concat(s.Type, '.', a.Key), a.Value)) AS facts),
        arrayMap(fact -> fact.2, facts)) AS Known
FROM subjects AS s
INNER JOIN attributes AS a ON a.Tenant = s.Tenant AND a.Type = s.Type AND a.Id = s.Id
GROUP BY Tenant, Process, RootId
