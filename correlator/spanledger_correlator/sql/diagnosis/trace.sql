CREATE OR REPLACE TEMPORARY TABLE work_new_traces ENGINE = Memory AS
SELECT {tenant:String} AS Tenant, {trace:String} AS TraceId
