-- The newest value of every attribute of the entities around the transactions, under each id they are named by.
-- Of identical copies the first accepted counts.
CREATE OR REPLACE TEMPORARY TABLE work_attributes ENGINE = Memory AS
SELECT
    k.Tenant AS Tenant, k.Type AS Type, k.NamedId AS Id, a.Key AS Key,
    argMax(a.Value, (least(a.OccurredAt, a.StoredAt), a.TraceId, a.SpanId)) AS Value
FROM
(
    SELECT * FROM $entity_attributes AS entity_attributes
    WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_subject_kin)
        AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
            (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
    ORDER BY StoredAt
    LIMIT 1 BY Tenant, Type, Id, Key, TraceId, SpanId
) AS a
INNER JOIN work_subject_kin AS k ON k.Tenant = a.Tenant AND k.Type = a.Type AND k.Id = a.Id
GROUP BY Tenant, Type, Id, Key
