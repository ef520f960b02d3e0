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
        SELECT Tenant, EntityType, EntityId, min(n.NamedAt) AS NamedAt
        FROM
        (
            SELECT Tenant, toString(EntityType) AS EntityType, EntityId, least(OccurredAt, StoredAt) AS NamedAt
            FROM $facts AS facts
            WHERE (Tenant, EntityType, EntityId) IN (SELECT Tenant, Type, Id FROM work_component) AND Via = 'entity'
                AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
                    (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
            UNION ALL
            SELECT Tenant, toString(EntityType) AS EntityType, EntityId, least(OccurredAt, StoredAt) AS NamedAt
            FROM $namings AS namings
            WHERE (Tenant, EntityType, EntityId) IN (SELECT Tenant, Type, Id FROM work_component)
                AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
                    (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
        ) AS n
        GROUP BY Tenant, EntityType, EntityId
    ) AS f ON f.Tenant = l.Tenant AND f.EntityType = l.Type AND f.EntityId = l.Id
)
