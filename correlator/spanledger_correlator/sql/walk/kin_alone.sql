-- The given nodes, none of which has an alias: each is known under the id it is named by.
CREATE OR REPLACE TEMPORARY TABLE $into ENGINE = Memory AS
SELECT DISTINCT Tenant, toString(Type) AS Type, Id AS NamedId, Id AS CanonicalId, Id$carry FROM $nodes
