-- Who the transaction is for: the account named last of those whose name is known.
CREATE OR REPLACE TEMPORARY TABLE work_clients ENGINE = Memory AS
SELECT r.Tx AS Tx, argMax(a.Value, (r.LastAge, r.Id)) AS Name
FROM work_related AS r
INNER JOIN work_attributes AS a ON a.Tenant = r.Tenant AND a.Type = r.Type AND a.Id = r.Id
WHERE r.Type = 'account' AND a.Key = 'name'
GROUP BY Tx
