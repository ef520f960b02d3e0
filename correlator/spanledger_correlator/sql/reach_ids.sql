-- The joined entities of the transactions in scope, under every id they go by, and how many roots each leads to.
CREATE OR REPLACE TEMPORARY TABLE work_reach_ids ENGINE = Memory AS
SELECT
    r.Tenant AS Tenant, r.Process AS Process, r.RootType AS RootType, r.OriginType AS OriginType, k.Id AS Id,
    r.RootId AS RootId, r.CarrierTraceId AS CarrierTraceId, r.CarrierSpanId AS CarrierSpanId, r.Fan AS Fan
FROM
(
    SELECT
        Tenant, Process, RootType, OriginType, OriginId, RootId,
        argMin(w.CarrierTraceId, (w.CarrierTraceId, w.CarrierSpanId)) AS CarrierTraceId,
        argMin(w.CarrierSpanId, (w.CarrierTraceId, w.CarrierSpanId)) AS CarrierSpanId,
        count() OVER (PARTITION BY Tenant, Process, OriginType, OriginId) AS Fan
    FROM work_reach AS w
    GROUP BY Tenant, Process, RootType, OriginType, OriginId, RootId
) AS r
INNER JOIN work_joined_kin AS k ON k.Tenant = r.Tenant AND k.Type = r.OriginType AND k.CanonicalId = r.OriginId
WHERE (r.Tenant, r.RootType, r.RootId) IN (SELECT Tenant, Type, Id FROM $scope)
