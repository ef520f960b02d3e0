CREATE OR REPLACE TEMPORARY TABLE work_front ENGINE = Memory AS
SELECT DISTINCT h.Process AS Process, h.Tenant AS Tenant, h.Type AS Type, k.Id AS Id, h.Rank AS Rank
FROM work_hop AS h
INNER JOIN work_hop_kin AS k ON k.Tenant = h.Tenant AND k.Type = h.Type AND k.NamedId = h.Id
