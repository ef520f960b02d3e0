-- The same, where every change of the past has been evaluated: only those traces in which rule 4 had something to say.
CREATE OR REPLACE TEMPORARY TABLE work_traces ENGINE = Memory AS
SELECT Tenant, TraceId FROM $contested
UNION DISTINCT
SELECT Tenant, TraceId FROM work_new_traces
