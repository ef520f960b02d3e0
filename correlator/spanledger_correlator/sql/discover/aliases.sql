-- Which id of an entity counts, for those that have several.
CREATE OR REPLACE TEMPORARY TABLE discover_aliases ENGINE = Memory AS
SELECT toString(Type) AS Type, Id, argMax(CanonicalId, Version) AS Known
FROM canonical_ids
WHERE Tenant = {tenant:String}
GROUP BY Type, Id
HAVING Known NOT IN ('', Id)
