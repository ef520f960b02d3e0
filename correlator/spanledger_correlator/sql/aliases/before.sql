-- What they went by before, those that went by anything.
CREATE OR REPLACE TEMPORARY TABLE work_canonical_before ENGINE = Memory AS
SELECT n.Tenant AS Tenant, n.Type AS Type, n.Id AS Id, c.CanonicalId AS CanonicalId
FROM (SELECT Tenant, Type, Id, reinterpretAsUInt128(sipHash128(Tenant, Type, Id)) AS Node FROM work_canonical) AS n
LEFT ANY JOIN $known_ids AS c ON c.Node = n.Node
WHERE c.CanonicalId != ''
