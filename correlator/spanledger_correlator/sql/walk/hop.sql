-- One hop along links, only to types nearer the root; $carrier is the evidence. What it reaches goes on under every id
-- it goes by; a root under the one it is known by.
INSERT INTO work_walk
SELECT DISTINCT
    h.Tenant, h.No, h.OriginType, h.OriginId, h.Type, h.CanonicalId,
    arrayJoin(if(h.Rank = 0 OR empty(m.Ids), [h.CanonicalId], m.Ids)) AS Id, h.Rank, {depth:UInt8}, h.Carrier
FROM
(
    SELECT
        n.* EXCEPT (Id), if(c.CanonicalId = '', n.Id, c.CanonicalId) AS CanonicalId
    FROM
    (
        SELECT
            toString(f.Tenant) AS Tenant, f.No AS No, f.OriginType AS OriginType, f.OriginId AS OriginId,
            toString(t.Type) AS Type, l.OtherId AS Id, t.Rank AS Rank, $carrier AS Carrier
        FROM
        (
            SELECT * FROM $links AS links
            WHERE (Tenant, Type, Id) IN
                (SELECT Tenant, Type, Id FROM work_walk WHERE Depth + 1 = {depth:UInt8} AND Rank > 0)
                AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
                    (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
        ) AS l
        INNER JOIN (SELECT * FROM work_walk WHERE Depth + 1 = {depth:UInt8} AND Rank > 0) AS f
            ON f.Tenant = l.Tenant AND f.Type = l.Type AND f.Id = l.Id
        INNER JOIN work_rule_types AS t ON t.No = f.No AND t.Type = l.OtherType
        WHERE t.Rank < f.Rank
        GROUP BY Tenant, No, OriginType, OriginId, Type, Id, Rank
    ) AS n
    LEFT ANY JOIN $known_ids AS c ON c.Tenant = n.Tenant AND c.Type = n.Type AND c.Id = n.Id
) AS h
LEFT ANY JOIN $known_members AS m ON m.Tenant = h.Tenant AND m.Type = h.Type AND m.CanonicalId = h.CanonicalId
