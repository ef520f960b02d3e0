-- Roots of the transactions beside which an entity stands of which something else is known now.
INSERT INTO work_touched_more
SELECT DISTINCT Tenant, RootType, RootId
FROM transactions
ARRAY JOIN arrayConcat(Subjects, Related) AS subject
WHERE (Tenant, subject.1, subject.2) IN (SELECT Tenant, Type, Id FROM work_changed)
