-- Each entity goes by the id that its earliest-happening span named; of equals, by the least.
CREATE OR REPLACE TEMPORARY TABLE work_canonical ENGINE = Memory AS
SELECT
    Tenant, Type, Id,
    argMin(Id, (NamedAt IS NULL, NamedAt, Id)) OVER (PARTITION BY Tenant, Type, Label) AS CanonicalId,
    toUInt8(1) AS Active, {version:UInt64} AS Version
FROM
(
    SELECT
        l.Tenant AS Tenant, l.Type AS Type, l.Id AS Id, l.Label AS Label,
        if(f.EntityId = '', NULL, f.NamedAt) AS NamedAt
    FROM work_labels AS l
    LEFT JOIN
    (
        SELECT
            Tenant, toString(EntityType) AS EntityType, EntityId, min(least(OccurredAt, StoredAt)) AS NamedAt
        FROM $facts
        WHERE (Tenant, EntityType, EntityId) IN (SELECT Tenant, Type, Id FROM work_component) AND Via = 'entity'
            AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
                (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
        GROUP BY Tenant, EntityType, EntityId
    ) AS f ON f.Tenant = l.Tenant AND f.EntityType = l.Type AND f.EntityId = l.Id
)
