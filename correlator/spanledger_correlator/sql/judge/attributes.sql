-- The newest value of every attribute of these entities that some definition wants to know, under each id they are
-- named by. Of identical copies the first accepted counts.
CREATE OR REPLACE TEMPORARY TABLE work_attributes ENGINE = Memory AS
SELECT
    k.Tenant AS Tenant, k.Type AS Type, k.NamedId AS Id, a.Key AS Key,
    argMax(a.Value, (a.Happened, a.TraceId, a.SpanId)) AS Value
FROM
(
    SELECT Tenant, Type, Id, Key, Value, TraceId, SpanId, min(least(OccurredAt, StoredAt)) AS Happened
    FROM $entity_attributes AS entity_attributes
    WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_subject_kin)
        AND (Type, Key) IN (SELECT arrayJoin({told:Array(Tuple(String, String))}))
        AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
            (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
    GROUP BY Tenant, Type, Id, Key, Value, TraceId, SpanId
) AS a
INNER JOIN work_subject_kin AS k ON k.Tenant = a.Tenant AND k.Type = a.Type AND k.Id = a.Id
GROUP BY Tenant, Type, Id, Key
