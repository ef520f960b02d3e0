-- The transactions that those traces lead to, in the processes that have a span to place there.
$target
SELECT k.Tenant AS Tenant, k.Type AS Type, k.CanonicalId AS Id, k.CanonicalNode AS Node
FROM work_trace_kin AS k
WHERE k.NamedNode IN (SELECT Node FROM work_trace_nodes WHERE Rank = 0)
UNION ALL
SELECT r.Tenant AS Tenant, r.Type AS Type, r.CanonicalId AS Id, r.CanonicalNode AS Node
FROM work_walk AS r
INNER JOIN (SELECT CanonicalNode, NamedNode FROM work_trace_kin LIMIT 1 BY CanonicalNode, NamedNode) AS k
    ON k.CanonicalNode = r.Origin
WHERE r.Rank = 0 AND (r.No, k.NamedNode) IN (SELECT No, Node FROM work_trace_nodes)
