-- Where a walk towards the roots begins: at each joined entity from which none has begun, under every id it goes by.
INSERT INTO work_walk
SELECT DISTINCT
    {lap:UInt16}, t.No, k.CanonicalNode, k.Tenant, k.Type, k.CanonicalNode, k.CanonicalId, k.Node, k.Id, t.Rank, 0, ''
FROM $kin AS k
INNER JOIN work_rule_types AS t ON t.Type = k.Type
WHERE t.Rank > 0 AND k.CanonicalNode NOT IN (SELECT Origin FROM work_walk)
