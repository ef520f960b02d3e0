-- One hop along links, only to types nearer the root; $carrier is the evidence.
CREATE OR REPLACE TEMPORARY TABLE work_hop ENGINE = Memory AS
SELECT
    f.Tenant AS Tenant, f.Process AS Process, f.RootType AS RootType,
    f.OriginType AS OriginType, f.OriginId AS OriginId, t.Type AS Type, l.OtherId AS Id, t.Rank AS Rank,
    $carrier AS Carrier
FROM
(
    SELECT * FROM $links AS links
    WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_front)
        AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
            (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
) AS l
INNER JOIN work_front AS f ON f.Tenant = l.Tenant AND f.Type = l.Type AND f.Id = l.Id
INNER JOIN work_rule_types AS t ON t.Process = f.Process AND t.Type = l.OtherType
WHERE t.Rank < f.Rank
GROUP BY Tenant, Process, RootType, OriginType, OriginId, Type, Id, Rank
