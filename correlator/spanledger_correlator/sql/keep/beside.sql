-- Which entities stand beside which transactions: the way back from an entity to them. An entity that does so no more
-- stays here: who reads this, looks at the transaction itself.
INSERT INTO beside
SELECT r.Tenant, r.Type, r.Id, t.RootType, t.RootId, t.Process
FROM work_related AS r
ANY LEFT JOIN work_transactions AS t ON t.Tx = r.Tx
WHERE r.New
