-- One hop outwards: the joined entities that link to what has been reached, under every id they go by.
INSERT INTO work_outwards
SELECT DISTINCT
    h.No, h.Tenant, h.Type,
    arrayJoin(if(empty(m.Ids), [h.CanonicalId], m.Ids)) AS Id, h.Rank, {depth:UInt8}
FROM
(
    SELECT n.* EXCEPT (Id), if(c.CanonicalId = '', n.Id, c.CanonicalId) AS CanonicalId
    FROM
    (
        SELECT DISTINCT
            f.No AS No, toString(f.Tenant) AS Tenant, toString(t.Type) AS Type, l.OtherId AS Id, t.Rank AS Rank
        FROM
        (
            SELECT * FROM $links AS links
            WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_outwards WHERE Depth + 1 = {depth:UInt8})
                AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
                    (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
        ) AS l
        INNER JOIN (SELECT * FROM work_outwards WHERE Depth + 1 = {depth:UInt8}) AS f
            ON f.Tenant = l.Tenant AND f.Type = l.Type AND f.Id = l.Id
        INNER JOIN work_rule_types AS t ON t.No = f.No AND t.Type = l.OtherType
        WHERE t.Rank > f.Rank
    ) AS n
    LEFT ANY JOIN $known_ids AS c ON c.Tenant = n.Tenant AND c.Type = n.Type AND c.Id = n.Id
) AS h
LEFT ANY JOIN $known_members AS m ON m.Tenant = h.Tenant AND m.Type = h.Type AND m.CanonicalId = h.CanonicalId
