-- Roots of the transactions beside which an entity stands of which something else is known now.
INSERT INTO work_touched_more
SELECT DISTINCT Tenant, toString(RootType), RootId
FROM beside
WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_changed)
