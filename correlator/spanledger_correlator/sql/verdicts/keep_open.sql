-- The open ones, and an end for those that were open before.
INSERT INTO open_verdicts ($columns, Rates, Deleted)
SELECT $columns, if(Status = 'open', {rates_digest:UInt64}, 0), toUInt8(Status != 'open')
FROM work_verdicts
WHERE Status = 'open' OR (Tenant, Process, RootId) IN
(
    SELECT Tenant, Process, RootId FROM open_verdicts
    WHERE (Tenant, Process, RootId) IN (SELECT Tenant, Process, RootId FROM work_verdicts WHERE Status != 'open')
)
