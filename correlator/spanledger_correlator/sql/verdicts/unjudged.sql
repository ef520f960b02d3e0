-- Transactions whose kept verdict is not that of their state: whoever judged them died of it.
CREATE OR REPLACE TEMPORARY TABLE work_outdated ENGINE = Memory AS
SELECT Tenant, Process, RootId
FROM transactions FINAL
WHERE (Tenant, Process, RootId, Version) NOT IN (SELECT Tenant, Process, RootId, StateVersion FROM verdicts FINAL)
