-- Of the roots that claim one entity all but the first are duplicates, from their first success on.
CREATE OR REPLACE TEMPORARY TABLE work_one_per ENGINE = Memory AS
SELECT t.Tx AS Tx, w.Position AS Position, min(f.Happened) AS DuplicateAt
FROM
(
    SELECT *, (Happened, RootId) > min((Happened, RootId)) OVER (PARTITION BY Tenant, Process, Step, ClaimedType, ClaimedId)
        AS Later
    FROM
    (
        SELECT
            r.Tenant AS Tenant, r.Process AS Process, r.Step AS Step,
            r.ClaimedType AS ClaimedType, r.ClaimedId AS ClaimedId,
            k.CanonicalId AS RootId, k.Type AS RootType, min(r.Happened) AS Happened
        FROM work_rivals AS r
        INNER JOIN work_rival_kin AS k ON k.Tenant = r.Tenant AND k.Type = r.Type AND k.NamedId = r.Id
        GROUP BY Tenant, Process, Step, ClaimedType, ClaimedId, RootId, RootType
    )
) AS f
INNER JOIN work_one_per_steps AS w
    ON w.Process = f.Process AND w.Step = f.Step AND w.RootType = f.RootType AND w.Type = f.ClaimedType
INNER JOIN work_transactions AS t ON t.Tenant = f.Tenant AND t.Process = f.Process AND t.RootId = f.RootId
WHERE f.Later
GROUP BY Tx, Position
