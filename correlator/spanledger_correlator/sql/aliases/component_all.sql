CREATE OR REPLACE TEMPORARY TABLE work_component ENGINE = Memory AS
SELECT DISTINCT Tenant, toString(Type) AS Type, Id FROM $alias_edges
