-- The transactions of those traces: those in scope, and those beyond it.
CREATE OR REPLACE TEMPORARY TABLE work_trace_scope ENGINE = Memory AS
SELECT Root, Tenant, Type, Id FROM work_scope
WHERE Node IN (SELECT Node FROM work_trace_roots)
UNION ALL
SELECT Root, Tenant, Type, Id FROM work_scope_more
