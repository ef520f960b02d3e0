INSERT INTO work_scope
SELECT (SELECT count() FROM work_scope) + rowNumberInAllBlocks(), Tenant, Type, Id
FROM (SELECT DISTINCT Tenant, Type, Id FROM $more WHERE (Tenant, Type, Id) NOT IN (SELECT Tenant, Type, Id FROM work_scope))
