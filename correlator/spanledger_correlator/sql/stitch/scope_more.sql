-- The transactions of those traces that are not in scope yet, under further numbers.
CREATE OR REPLACE TEMPORARY TABLE work_scope_more ENGINE = Memory AS
SELECT (SELECT count() FROM work_scope) + rowNumberInAllBlocks() AS Root, Tenant, Type, Id
FROM
(
    SELECT DISTINCT Tenant, Type, Id FROM work_trace_roots
    WHERE (Tenant, Type, Id) NOT IN (SELECT Tenant, Type, Id FROM work_scope)
)
