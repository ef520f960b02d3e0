-- What a hop reached that is no root yet walks on, under every id it goes by.
CREATE OR REPLACE TEMPORARY TABLE work_front ENGINE = Memory AS
SELECT DISTINCT
    h.Tenant AS Tenant, h.Process AS Process, h.RootType AS RootType,
    h.OriginType AS OriginType, h.OriginId AS OriginId, h.Type AS Type, k.Id AS Id, h.Rank AS Rank,
    h.Carrier AS Carrier
FROM work_hop AS h
INNER JOIN work_hop_kin AS k ON k.Tenant = h.Tenant AND k.Type = h.Type AND k.NamedId = h.Id
WHERE h.Rank > 0
