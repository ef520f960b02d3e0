-- Roots that share an entity of which each may have one only: all but the first are duplicates from their first
-- success on.
CREATE OR REPLACE TEMPORARY TABLE work_one_per ENGINE = Memory AS
WITH
    claims AS
    (
        SELECT DISTINCT
            a.Tenant AS Tenant, a.Process AS Process, a.RootType AS RootType, a.RootId AS RootId, a.Step AS Step,
            a.Position AS Position, r.StepOnePer[a.Position] AS Type, a.Singles[r.StepOnePer[a.Position]] AS Id
        FROM work_attached AS a
        INNER JOIN work_rules AS r ON r.Process = a.Process
        WHERE a.Position > 0 AND a.Outcome = 'success'
            AND r.StepOnePer[a.Position] != '' AND a.Singles[r.StepOnePer[a.Position]] != ''
    ),
    rivals AS
    (
        SELECT
            c.Tenant AS Tenant, c.Process AS Process, c.RootId AS RootId, c.Position AS Position, c.Type AS Type,
            c.Id AS Id, f.Singles[c.RootType] AS RivalId, least(f.OccurredAt, f.StoredAt) AS Happened
        FROM
        (
            SELECT * FROM $facts AS facts
            WHERE (Tenant, EntityType, EntityId) IN (SELECT Tenant, Type, Id FROM claims) AND Outcome = 'success'
                AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
                    (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
        ) AS f
        INNER JOIN claims AS c ON c.Tenant = f.Tenant AND c.Type = f.EntityType AND c.Id = f.EntityId AND c.Step = f.Step
        WHERE f.Singles[c.RootType] != '' AND (f.OnlyProcess = '' OR f.OnlyProcess = c.Process)
    ),
    firsts AS
    (
        SELECT
            v.Tenant AS Tenant, v.Process AS Process, v.RootId AS RootId, v.Position AS Position, v.Type AS Type,
            v.Id AS Id, k.CanonicalId AS Rival, min(v.Happened) AS Happened
        FROM rivals AS v
        INNER JOIN work_rival_kin AS k ON k.Tenant = v.Tenant AND k.NamedId = v.RivalId
        GROUP BY Tenant, Process, RootId, Position, Type, Id, Rival
    )
SELECT
    Tenant, Process, RootId, Position,
    minIf(Happened, Rival = RootId) AS DuplicateAt
FROM
(
    SELECT *, (Happened, Rival) > min((Happened, Rival)) OVER (PARTITION BY Tenant, Process, RootId, Position, Type, Id)
        AS Later
    FROM firsts
)
WHERE Rival = RootId AND Later
GROUP BY Tenant, Process, RootId, Position
