-- The transactions of those traces that are not in scope yet, under further numbers.
CREATE OR REPLACE TEMPORARY TABLE work_scope_more ENGINE = Memory AS
SELECT (SELECT count() FROM work_scope) + rowNumberInAllBlocks() AS Root, Tenant, Type, Id, Node
FROM
(
    SELECT any(t.Tenant) AS Tenant, any(t.Type) AS Type, any(t.Id) AS Id, t.Node AS Node
    FROM work_trace_roots AS t
    WHERE t.Node NOT IN (SELECT Node FROM work_scope)
    GROUP BY Node
)
