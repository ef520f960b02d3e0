-- What a walk outwards reached.
CREATE OR REPLACE TEMPORARY TABLE $into ENGINE = Memory AS
SELECT any(o.Tenant) AS Tenant, any(o.Type) AS Type, any(o.Id) AS Id
FROM work_outwards AS o
WHERE o.Depth > 0
GROUP BY o.Node
