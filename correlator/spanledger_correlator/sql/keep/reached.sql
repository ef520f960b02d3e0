INSERT INTO reached
SELECT DISTINCT t.Tenant, t.RootType, t.RootId, a.KeyType, a.KeyId
FROM work_attached AS a
INNER JOIN work_transactions AS t ON t.Tx = a.Tx
WHERE a.Rule = 3
