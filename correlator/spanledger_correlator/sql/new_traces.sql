CREATE OR REPLACE TEMPORARY TABLE work_new_traces ENGINE = Memory AS
SELECT DISTINCT toString(Tenant) AS Tenant, TraceId FROM $source
