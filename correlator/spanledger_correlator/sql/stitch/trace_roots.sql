-- The transactions that those traces lead to, in the processes that have a span to place there.
CREATE OR REPLACE TEMPORARY TABLE work_trace_roots ENGINE = Memory AS
SELECT DISTINCT k.Tenant AS Tenant, k.Type AS Type, k.CanonicalId AS Id
FROM work_trace_kin AS k
INNER JOIN work_trace_nodes AS n ON n.Tenant = k.Tenant AND n.Type = k.Type AND n.Id = k.NamedId
WHERE n.Rank = 0
UNION DISTINCT
SELECT DISTINCT r.Tenant AS Tenant, r.Type AS Type, r.CanonicalId AS Id
FROM work_walk AS r
INNER JOIN work_trace_kin AS k ON k.Tenant = r.Tenant AND k.Type = r.OriginType AND k.CanonicalId = r.OriginId
INNER JOIN work_trace_nodes AS n
    ON n.No = r.No AND n.Tenant = k.Tenant AND n.Type = k.Type AND n.Id = k.NamedId
WHERE r.Rank = 0
