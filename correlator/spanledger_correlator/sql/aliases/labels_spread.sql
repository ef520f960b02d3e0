-- Each id takes the least label among its neighbours; ids of one entity end under one label.
CREATE OR REPLACE TEMPORARY TABLE work_labels ENGINE = Memory AS
SELECT
    l.Tenant AS Tenant, l.Type AS Type, l.Id AS Id,
    if(e.Least != '' AND e.Least < l.Label, e.Least, l.Label) AS Label,
    toUInt8(Label != l.Label) AS Moved
FROM work_labels AS l
LEFT JOIN
(
    SELECT a.Tenant AS Tenant, a.Type AS Type, a.Id AS Id, min(n.Label) AS Least
    FROM
    (
        SELECT Tenant, Type, Id, OtherId FROM $alias_edges
        WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_component)
            AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
                (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
    ) AS a
    INNER JOIN work_labels AS n ON n.Tenant = a.Tenant AND n.Type = a.Type AND n.Id = a.OtherId
    GROUP BY Tenant, Type, Id
) AS e ON e.Tenant = l.Tenant AND e.Type = l.Type AND e.Id = l.Id
