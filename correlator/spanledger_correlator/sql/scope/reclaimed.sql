-- Claimed entities whose claims the new spans, or another name of a root, may have changed.
CREATE OR REPLACE TEMPORARY TABLE work_reclaimed ENGINE = Memory AS
SELECT DISTINCT Tenant, toString(Type) AS Type, Id
FROM
(
    SELECT Tenant, Type, Id
    FROM work_incoming
    ARRAY JOIN EntityTypes AS Type, EntityIds AS Id
    WHERE hasAny(Steps.2, (SELECT groupUniqArray(Step) FROM work_one_per_steps))
    UNION ALL
    SELECT Tenant, Type, Id FROM work_superseded ARRAY JOIN EntityTypes AS Type, EntityIds AS Id
    UNION ALL
    SELECT Tenant, Type, Id FROM work_renamed
    UNION ALL
    SELECT Tenant, OtherType, OtherId
    FROM claims
    WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_renamed)
)
WHERE Type IN (SELECT Type FROM work_one_per_steps)
