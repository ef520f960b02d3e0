-- The traces of the transactions that other traces brought in, as far as they have not been looked at.
CREATE OR REPLACE TEMPORARY TABLE work_traces_more ENGINE = Memory AS
SELECT DISTINCT Tenant, TraceId FROM $traces
WHERE (Tenant, TraceId) NOT IN (SELECT Tenant, TraceId FROM work_traces)
