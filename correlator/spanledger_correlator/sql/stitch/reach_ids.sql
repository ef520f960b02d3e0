-- The joined entities of the transactions in scope, under every id they go by, and how many roots each leads to.
CREATE OR REPLACE TEMPORARY TABLE work_reach_ids ENGINE = Memory AS
SELECT
    r.Tenant AS Tenant, r.No AS No, s.Root AS Root, r.OriginType AS OriginType, k.Id AS Id,
    r.Carrier AS Carrier, r.Fan AS Fan
FROM
(
    SELECT
        Tenant, No, OriginType, OriginId, Type, CanonicalId,
        min(w.Carrier) AS Carrier,
        count() OVER (PARTITION BY Tenant, No, OriginType, OriginId) AS Fan
    FROM work_walk AS w
    WHERE Rank = 0
    GROUP BY Tenant, No, OriginType, OriginId, Type, CanonicalId
) AS r
INNER JOIN (SELECT DISTINCT Tenant, Type, CanonicalId, Id FROM work_joined_kin) AS k
    ON k.Tenant = r.Tenant AND k.Type = r.OriginType AND k.CanonicalId = r.OriginId
INNER JOIN $scope AS s ON s.Tenant = r.Tenant AND s.Type = r.Type AND s.Id = r.CanonicalId
