-- Joined entities whose links or ids the new spans may have changed.
CREATE OR REPLACE TEMPORARY TABLE work_relinked ENGINE = Memory AS
SELECT DISTINCT Tenant, toString(Type) AS Type, Id
FROM
(
    SELECT Tenant, Type, Id FROM work_incoming ARRAY JOIN EntityTypes AS Type, EntityIds AS Id WHERE arrayExists(pair -> has(Types, pair.1) AND has(Types, pair.2), {pairs:Array(Tuple(String, String))})
    UNION ALL
    SELECT Tenant, Type, Id FROM work_superseded ARRAY JOIN EntityTypes AS Type, EntityIds AS Id
    UNION ALL
    SELECT Tenant, Type, Id FROM work_renamed
)
WHERE Type IN (SELECT Type FROM work_rule_types WHERE Rank > 0)
