INSERT INTO work_scope
SELECT DISTINCT Tenant, Type, Id FROM $more WHERE (Tenant, Type, Id) NOT IN (SELECT Tenant, Type, Id FROM work_scope)
