-- One hop along links, only to types nearer the root; $carrier is the evidence. What it reaches goes on under every id
-- it goes by; a root under the one it is known by.
INSERT INTO work_walk
SELECT DISTINCT
    {lap:UInt16}, h.No, h.Origin, h.Tenant, h.Type, h.CanonicalNode, h.CanonicalId, one.1 AS Node, one.2 AS Id, h.Rank,
    {depth:UInt8}, h.Carrier
FROM
(
    SELECT
        n.No AS No, n.Origin AS Origin, n.Tenant AS Tenant, n.Type AS Type, n.Rank AS Rank, n.Carrier AS Carrier,
        if(c.CanonicalId = '', n.Node, c.CanonicalNode) AS CanonicalNode,
        if(c.CanonicalId = '', n.Id, c.CanonicalId) AS CanonicalId
    FROM
    (
        SELECT
            f.No AS No, f.Origin AS Origin, l.OtherNode AS Node, any(f.Tenant) AS Tenant, any(t.Type) AS Type,
            any(l.OtherId) AS Id, any(t.Rank) AS Rank, $carrier AS Carrier
        FROM
        (
            SELECT * FROM $links AS links
            WHERE indexHint((Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM $frontier))
                AND Node IN (SELECT Node FROM $frontier)
                AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
                    (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
        ) AS l
        INNER JOIN $frontier AS f ON f.Node = l.Node
        INNER JOIN work_rule_types AS t ON t.No = f.No AND t.Type = l.OtherType
        WHERE t.Rank < f.Rank
        GROUP BY No, Origin, Node
    ) AS n
    LEFT ANY JOIN $known_ids AS c ON c.Node = n.Node
) AS h
LEFT ANY JOIN $known_members AS m ON m.CanonicalNode = h.CanonicalNode
ARRAY JOIN if(h.Rank = 0 OR empty(m.Ids), [(h.CanonicalNode, h.CanonicalId)], arrayZip(m.Nodes, m.Ids)) AS one
