-- The open ones, and an end for those that were open before.
INSERT INTO open_transactions ($columns, Version, Deleted)
SELECT $columns, {version:UInt64}, toUInt8(Status != 'open')
FROM work_states
WHERE Status = 'open' OR (Tenant, Process, RootId) IN
(
    SELECT Tenant, Process, RootId FROM open_transactions
    WHERE (Tenant, Process, RootId) IN (SELECT Tenant, Process, RootId FROM work_states WHERE Status != 'open')
)
