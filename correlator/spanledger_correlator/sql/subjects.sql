CREATE OR REPLACE TEMPORARY TABLE work_subjects ENGINE = Memory AS
SELECT DISTINCT Tenant, Type, Id FROM work_related
UNION DISTINCT
SELECT DISTINCT Tenant, RootType AS Type, RootId AS Id FROM work_attached
