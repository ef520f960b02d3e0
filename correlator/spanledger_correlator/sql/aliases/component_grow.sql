INSERT INTO work_component
SELECT DISTINCT Tenant, Type, OtherId
FROM $alias_edges
WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_component)
    AND (Tenant, Type, OtherId) NOT IN (SELECT Tenant, Type, Id FROM work_component)
    AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
        (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
