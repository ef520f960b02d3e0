-- The ids of one entity stand under the one that it is known by.
CREATE OR REPLACE TEMPORARY TABLE work_labels ENGINE = Memory AS
SELECT
    n.Tenant AS Tenant, n.Type AS Type, n.Id AS Id, n.Node AS Node,
    if(c.CanonicalId = '', n.Id, c.CanonicalId) AS Label
FROM (SELECT *, reinterpretAsUInt128(sipHash128(Tenant, Type, Id)) AS Node FROM work_component) AS n
LEFT ANY JOIN $known_ids AS c ON c.Node = n.Node
