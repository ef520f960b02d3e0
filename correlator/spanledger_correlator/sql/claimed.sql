-- What the roots in scope claim.
CREATE OR REPLACE TEMPORARY TABLE work_claimed ENGINE = Memory AS
SELECT DISTINCT
    m.Tenant AS Tenant, m.CanonicalId AS RootId, toString(c.Process) AS Process, toString(c.Step) AS Step,
    toString(c.OtherType) AS Type, c.OtherId AS Id
FROM
(
    SELECT * FROM $claims AS claims
    WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_members)
        AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
            (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
) AS c
INNER JOIN work_members AS m ON m.Tenant = c.Tenant AND m.Type = c.Type AND m.Id = c.Id
INNER JOIN work_one_per_steps AS w
    ON w.Process = c.Process AND w.Step = c.Step AND w.RootType = c.Type AND w.Type = c.OtherType
