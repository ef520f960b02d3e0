-- The same, where every change of the past has been evaluated: only those traces in which rule 4 had something to say.
CREATE OR REPLACE TEMPORARY TABLE work_traces ENGINE = Memory AS
SELECT DISTINCT Tenant, TraceId FROM contested_traces
WHERE (Tenant, RootType, RootId) IN (SELECT Tenant, Type, Id FROM work_members)
UNION DISTINCT
SELECT Tenant, TraceId FROM work_new_traces
