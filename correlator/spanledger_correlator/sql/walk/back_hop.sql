-- One hop outwards: the joined entities that link to what has been reached, under every id they go by.
INSERT INTO work_outwards
SELECT DISTINCT h.No, h.Tenant, h.Type, one.1 AS Node, one.2 AS Id, h.Rank, {depth:UInt8}
FROM
(
    SELECT
        n.No AS No, n.Tenant AS Tenant, n.Type AS Type, n.Rank AS Rank,
        if(c.CanonicalId = '', n.Node, c.CanonicalNode) AS CanonicalNode,
        if(c.CanonicalId = '', n.Id, c.CanonicalId) AS CanonicalId
    FROM
    (
        SELECT
            f.No AS No, l.OtherNode AS Node, any(f.Tenant) AS Tenant, any(t.Type) AS Type, any(l.OtherId) AS Id,
            any(t.Rank) AS Rank
        FROM
        (
            SELECT * FROM $links AS links
            WHERE indexHint((Tenant, Type, Id) IN
                    (SELECT Tenant, Type, Id FROM work_outwards WHERE Depth + 1 = {depth:UInt8}))
                AND Node IN (SELECT Node FROM work_outwards WHERE Depth + 1 = {depth:UInt8})
                AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
                    (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
        ) AS l
        INNER JOIN (SELECT * FROM work_outwards WHERE Depth + 1 = {depth:UInt8}) AS f ON f.Node = l.Node
        INNER JOIN work_rule_types AS t ON t.No = f.No AND t.Type = l.OtherType
        WHERE t.Rank > f.Rank
        GROUP BY No, Node
    ) AS n
    LEFT ANY JOIN $known_ids AS c ON c.Node = n.Node
) AS h
LEFT ANY JOIN $known_members AS m ON m.CanonicalNode = h.CanonicalNode
ARRAY JOIN if(empty(m.Ids), [(h.CanonicalNode, h.CanonicalId)], arrayZip(m.Nodes, m.Ids)) AS one
