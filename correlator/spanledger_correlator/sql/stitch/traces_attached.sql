-- Traces whose waiting spans the evaluation must look at: every trace of the transactions in scope.
CREATE OR REPLACE TEMPORARY TABLE work_traces ENGINE = Memory AS
SELECT DISTINCT Tenant, TraceId FROM work_attached
UNION DISTINCT
SELECT Tenant, TraceId FROM work_new_traces
