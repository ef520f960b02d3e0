-- Where a walk towards the roots begins: at each joined entity, under every id it goes by.
CREATE OR REPLACE TEMPORARY TABLE work_walk ENGINE = Memory AS
SELECT DISTINCT
    k.Tenant AS Tenant, t.No AS No, k.Type AS OriginType, k.CanonicalId AS OriginId,
    k.Type AS Type, k.CanonicalId AS CanonicalId, k.Id AS Id, t.Rank AS Rank, toUInt8(0) AS Depth, '' AS Carrier
FROM $kin AS k
INNER JOIN work_rule_types AS t ON t.Type = k.Type
WHERE t.Rank > 0
