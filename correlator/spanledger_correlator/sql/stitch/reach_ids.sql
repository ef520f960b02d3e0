-- The joined entities of the transactions in scope, under every id they go by, and how many roots each leads to.
CREATE OR REPLACE TEMPORARY TABLE work_reach_ids ENGINE = Memory AS
SELECT
    r.Tenant AS Tenant, r.Process AS Process, s.Root AS Root, r.OriginType AS OriginType, k.Id AS Id,
    r.Carrier AS Carrier, r.Fan AS Fan
FROM
(
    SELECT
        Tenant, Process, RootType, OriginType, OriginId, RootId,
        min(w.Carrier) AS Carrier,
        count() OVER (PARTITION BY Tenant, Process, OriginType, OriginId) AS Fan
    FROM work_reach AS w
    GROUP BY Tenant, Process, RootType, OriginType, OriginId, RootId
) AS r
INNER JOIN work_joined_kin AS k ON k.Tenant = r.Tenant AND k.Type = r.OriginType AND k.CanonicalId = r.OriginId
INNER JOIN $scope AS s ON s.Tenant = r.Tenant AND s.Type = r.RootType AND s.Id = r.RootId
