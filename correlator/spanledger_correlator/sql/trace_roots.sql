CREATE OR REPLACE TEMPORARY TABLE work_trace_roots ENGINE = Memory AS
SELECT DISTINCT Tenant, Type, CanonicalId AS Id FROM work_trace_kin
WHERE Type IN (SELECT RootType FROM work_rule_types)
UNION DISTINCT
SELECT DISTINCT Tenant, RootType AS Type, RootId AS Id FROM work_reach
