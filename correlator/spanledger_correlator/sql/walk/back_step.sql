-- One hop outwards: the joined entities that link to what has been reached.
CREATE OR REPLACE TEMPORARY TABLE work_hop ENGINE = Memory AS
SELECT DISTINCT f.Process AS Process, f.Tenant AS Tenant, t.Type AS Type, l.OtherId AS Id, t.Rank AS Rank
FROM
(
    SELECT * FROM $links AS links
    WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_front)
        AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
            (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
) AS l
INNER JOIN work_front AS f ON f.Tenant = l.Tenant AND f.Type = l.Type AND f.Id = l.Id
INNER JOIN work_rule_types AS t ON t.Process = f.Process AND t.Type = l.OtherType
WHERE t.Rank > f.Rank
