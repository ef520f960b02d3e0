-- Roots that a hop reached, under the id they are known by.
INSERT INTO $into
SELECT
    h.Tenant, h.Process, h.RootType, h.OriginType, h.OriginId, k.CanonicalId,
    min(h.Carrier)
FROM work_hop AS h
INNER JOIN work_hop_kin AS k ON k.Tenant = h.Tenant AND k.Type = h.Type AND k.NamedId = h.Id
WHERE h.Rank = 0
GROUP BY h.Tenant, h.Process, h.RootType, h.OriginType, h.OriginId, k.CanonicalId
