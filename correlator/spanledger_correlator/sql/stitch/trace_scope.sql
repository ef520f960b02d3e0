-- The transactions of those traces: those in scope under their numbers, the others under further ones.
CREATE OR REPLACE TEMPORARY TABLE work_trace_scope ENGINE = Memory AS
SELECT Root, Tenant, Type, Id FROM work_scope
WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_trace_roots)
UNION ALL
SELECT (SELECT count() FROM work_scope) + rowNumberInAllBlocks() AS Root, Tenant, Type, Id
FROM
(
    SELECT DISTINCT Tenant, Type, Id FROM work_trace_roots
    WHERE (Tenant, Type, Id) NOT IN (SELECT Tenant, Type, Id FROM work_scope)
)
