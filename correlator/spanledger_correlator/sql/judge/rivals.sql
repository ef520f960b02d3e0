-- The claims on entities that more than one id claims.
CREATE OR REPLACE TEMPORARY TABLE work_rivals ENGINE = Memory AS
SELECT
    k.Tenant AS Tenant, toString(c.Process) AS Process, toString(c.Step) AS Step,
    k.Type AS ClaimedType, k.CanonicalId AS ClaimedId,
    toString(c.OtherType) AS Type, c.OtherId AS Id, min(least(c.OccurredAt, c.StoredAt)) AS Happened
FROM
(
    SELECT * FROM $claims AS claims
    WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_claimed_kin)
        AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
            (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
) AS c
INNER JOIN (SELECT DISTINCT Tenant, Type, Id, CanonicalId FROM work_claimed_kin) AS k
    ON k.Tenant = c.Tenant AND k.Type = c.Type AND k.Id = c.Id
GROUP BY Tenant, Process, Step, ClaimedType, ClaimedId, Type, Id
QUALIFY count() OVER (PARTITION BY Tenant, Process, Step, ClaimedType, ClaimedId, Type) > 1
