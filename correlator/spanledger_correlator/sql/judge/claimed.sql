-- What the roots in scope claim.
CREATE OR REPLACE TEMPORARY TABLE work_claimed ENGINE = Memory AS
SELECT DISTINCT c.Tenant AS Tenant, toString(c.OtherType) AS Type, c.OtherId AS Id
FROM $claims AS c
WHERE (c.Tenant, c.Type, c.Id) IN (SELECT Tenant, Type, Id FROM work_members)
    AND (c.Type, c.OtherType) IN (SELECT RootType, Type FROM work_one_per_steps)
    AND (c.Tenant, c.TraceId, c.SpanId, c.ContentHash) NOT IN
        (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
