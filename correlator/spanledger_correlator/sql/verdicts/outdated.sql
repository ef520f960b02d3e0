-- Transactions whose kept verdict is not that of the clock: of all of them.
CREATE OR REPLACE TEMPORARY TABLE work_outdated ENGINE = Memory AS
SELECT Tenant, Process, RootId
FROM verdicts FINAL
WHERE HoldsUntil <= {now:DateTime64(9, 'UTC')} OR HoldsFrom > {now:DateTime64(9, 'UTC')}
    OR (Status = 'open' AND Rates != {rates_digest:UInt64})
